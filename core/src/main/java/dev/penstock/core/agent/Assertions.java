package dev.penstock.core.agent;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.AgentId;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Checks an agent's proof that it has its key: a JWT that it signed itself (ES256), good for a minute. Pure. What is
 * accepted is listed here; everything else is refused, so that no default of a library decides (finding 15).
 */
final class Assertions {
    private static final int MAX_CHARS = 4096;
    private static final Duration MAX_LIFE = Duration.ofSeconds(60);

    /** How far an agent's clock may be off. */
    static final Duration SKEW = Duration.ofSeconds(60);

    private static final Pattern JTI = Pattern.compile("[A-Za-z0-9_-]{16,128}");
    private static final Set<String> HEADERS = Set.of("alg", "typ", "jwk");

    private Assertions() {}

    /**
     * A proof that holds.
     *
     * @param publicKey with which it was signed
     * @param jti accepted once
     * @param expiresAt after which it would be refused in any case, skew included
     */
    record Proof(AgentId agent, ECKey publicKey, String jti, Instant expiresAt) {
        String jwk() {
            return publicKey.toJSONString();
        }

        /** The key's thumbprint, for people to compare. */
        String fingerprint() {
            return Assertions.fingerprint(publicKey);
        }
    }

    /** @throws PenstockException UNAUTHENTICATED with the reason, which tells nothing that the sender did not send */
    static Proof verify(String assertion, Instant now) {
        if (assertion == null || assertion.length() > MAX_CHARS) {
            throw refused("it is missing or longer than " + MAX_CHARS + " characters");
        }
        try {
            SignedJWT jwt = SignedJWT.parse(assertion);
            ECKey key = key(jwt.getHeader());
            if (!jwt.verify(new ECDSAVerifier(key))) {
                throw refused("its signature is not that of the key in its header");
            }
            return proof(jwt.getJWTClaimsSet(), key, now);
        } catch (ParseException e) {
            throw refused("it is no signed JWT");
        } catch (JOSEException e) {
            throw refused("its signature cannot be checked");
        }
    }

    private static ECKey key(JWSHeader header) {
        if (!JWSAlgorithm.ES256.equals(header.getAlgorithm())) {
            throw refused("its algorithm is not ES256");
        }
        if (header.getType() == null
                || !Protocol.ASSERTION_TYPE.equals(header.getType().getType())) {
            throw refused("its type is not \"" + Protocol.ASSERTION_TYPE + "\"");
        }
        if (!HEADERS.containsAll(header.getIncludedParams())) {
            throw refused("its header has parameters other than "
                    + HEADERS.stream().sorted().toList());
        }
        if (!(header.getJWK() instanceof ECKey key) || !Curve.P_256.equals(key.getCurve()) || key.isPrivate()) {
            throw refused("its \"jwk\" is not a public P-256 key");
        }
        // Only the point itself: nothing else that the sender wrote beside it is stored.
        return new ECKey.Builder(Curve.P_256, key.getX(), key.getY()).build();
    }

    private static Proof proof(JWTClaimsSet claims, ECKey key, Instant now) {
        if (!List.of(Protocol.ASSERTION_AUDIENCE).equals(claims.getAudience())) {
            throw refused("its audience is not \"" + Protocol.ASSERTION_AUDIENCE + "\"");
        }
        Instant issuedAt = instant(claims.getIssueTime(), "iat");
        Instant expiresAt = instant(claims.getExpirationTime(), "exp");
        if (expiresAt.isAfter(issuedAt.plus(MAX_LIFE))) {
            throw refused("it lives longer than " + MAX_LIFE.toSeconds() + " s");
        }
        if (issuedAt.isAfter(now.plus(SKEW)) || !expiresAt.isAfter(now.minus(SKEW)) || !expiresAt.isAfter(issuedAt)) {
            throw refused("it was made at " + issuedAt + " for the time until " + expiresAt
                    + ", and the server's clock says " + now + ": check the agent's clock");
        }
        String jti = claims.getJWTID();
        if (jti == null || !JTI.matcher(jti).matches()) {
            throw refused("its \"jti\" is not 16 to 128 letters, digits, \"-\" or \"_\"");
        }
        AgentId agent = agentId(claims.getSubject()).orElseThrow(() -> refused("its \"sub\" is not a UUID"));
        return new Proof(agent, key, jti, expiresAt.plus(SKEW));
    }

    private static Instant instant(Date date, String claim) {
        if (date == null) {
            throw refused("its \"" + claim + "\" is missing");
        }
        return date.toInstant();
    }

    /** The UUID in its one canonical form. */
    static Optional<AgentId> agentId(String text) {
        try {
            UUID uuid = UUID.fromString(text);
            return uuid.toString().equals(text) ? Optional.of(new AgentId(uuid)) : Optional.empty();
        } catch (IllegalArgumentException | NullPointerException e) {
            return Optional.empty();
        }
    }

    private static String fingerprint(ECKey key) {
        try {
            return "SHA256:" + key.computeThumbprint();
        } catch (JOSEException e) {
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }

    private static PenstockException refused(String why) {
        return new PenstockException(ErrorCode.UNAUTHENTICATED, "The agent's assertion is refused: " + why);
    }
}
