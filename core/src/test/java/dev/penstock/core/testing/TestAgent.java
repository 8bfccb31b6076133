package dev.penstock.core.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.agent.protocol.RegistrationRequest;
import dev.penstock.agent.protocol.TokenRequest;
import dev.penstock.core.platform.ids.AgentId;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The identity of an agent, with a key of its own: makes the proofs that a real agent makes. Immutable. */
public final class TestAgent {
    private final AgentId id;
    private final String hostName;
    private final ECKey key;

    private TestAgent(AgentId id, String hostName, ECKey key) {
        this.id = id;
        this.hostName = hostName;
        this.key = key;
    }

    /** An agent on a host of this name, with a random id. */
    public static TestAgent named(String hostName) {
        return named(hostName, UUID.randomUUID());
    }

    public static TestAgent named(String hostName, UUID id) {
        try {
            return new TestAgent(new AgentId(id), hostName, new ECKeyGenerator(Curve.P_256).generate());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public AgentId id() {
        return id;
    }

    public ECKey key() {
        return key;
    }

    public AgentFacts facts() {
        return facts(100L << 30);
    }

    public AgentFacts facts(long freeBytes) {
        return new AgentFacts(hostName, "127.0.0.1", "Linux 6.1 amd64", "ci", "/var/agent", freeBytes, "0.1.0");
    }

    /** Asks to be known, without any labels. */
    public RegistrationRequest registration(Instant now, @Nullable String autoRegisterKey) {
        return registration(now, autoRegisterKey, List.of());
    }

    public RegistrationRequest registration(Instant now, @Nullable String autoRegisterKey, List<String> resources) {
        return new RegistrationRequest(
                Protocol.VERSION, assertion(now), facts(), autoRegisterKey, resources, List.of());
    }

    public TokenRequest tokenRequest(Instant now) {
        return new TokenRequest(Protocol.VERSION, assertion(now));
    }

    /** A proof that holds. */
    public String assertion(Instant now) {
        return assertion(now, _ -> {});
    }

    /** A proof that is changed before it is signed. */
    public String assertion(Instant now, Consumer<JWTClaimsSet.Builder> change) {
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(Protocol.ASSERTION_TYPE))
                .jwk(key.toPublicJWK())
                .build();
        var claims = new JWTClaimsSet.Builder()
                .subject(id.value().toString())
                .audience(Protocol.ASSERTION_AUDIENCE)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(50)))
                .jwtID(UUID.randomUUID().toString());
        change.accept(claims);
        return sign(header, claims.build(), key);
    }

    public static String sign(JWSHeader header, JWTClaimsSet claims, ECKey key) {
        try {
            var jwt = new SignedJWT(header, claims);
            jwt.sign(new ECDSASigner(key));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
