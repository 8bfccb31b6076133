package dev.penstock.core.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.agent.protocol.RegistrationRequest;
import dev.penstock.agent.protocol.TokenRequest;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.TestAgent;
import dev.penstock.core.testing.WithDatabase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@WithDatabase
final class AccessTokensTest {
    private final AgentFixture server;
    private final AgentFixture otherServer;

    AccessTokensTest(Database database, Signals signals, EventStore events) {
        server = new AgentFixture(database, signals, events);
        otherServer = new AgentFixture(database, signals, events);
    }

    @Test
    void aTokenNamesTheAgentThatItWasGivenTo() {
        TestAgent alma = server.enabled("alma");
        server.enabled("bruno");

        String token = server.token(alma);

        assertThat(server.tokens.verify(token)).contains(alma.id());
        assertThat(otherServer.tokens.verify(token)).contains(alma.id());
    }

    @Test
    void aProofBuysOneToken() {
        TestAgent alma = server.enabled("alma");
        TokenRequest request = alma.tokenRequest(server.time.instant());
        server.tokens.give(request);

        assertRefused(ErrorCode.UNAUTHENTICATED, "used before", () -> server.tokens.give(request));
    }

    @Test
    void aProofThatWasUsedForARegistrationBuysNone() {
        TestAgent alma = server.enabled("alma");
        String assertion = alma.assertion(server.time.instant());
        server.registration.register(
                new RegistrationRequest(Protocol.VERSION, assertion, alma.facts(), null, List.of(), List.of()));

        assertRefused(
                ErrorCode.UNAUTHENTICATED,
                "used before",
                () -> server.tokens.give(new TokenRequest(Protocol.VERSION, assertion)));
    }

    @Test
    void nobodyButAnEnabledOrDisabledAgentWithItsOwnKeyGetsOne() {
        TestAgent pending = TestAgent.named("pending");
        server.register(pending);
        TestAgent deleted = server.enabled("deleted");
        server.set(deleted, AgentState.DISABLED);
        server.agents.delete(deleted.id(), false, "olga");
        TestAgent alma = server.enabled("alma");
        TestAgent thief = TestAgent.named("thief", alma.id().value());

        for (TestAgent agent : List.of(pending, deleted, thief, TestAgent.named("unknown"))) {
            assertRefused(
                    ErrorCode.FORBIDDEN,
                    "is not enabled with this key",
                    () -> server.tokens.give(agent.tokenRequest(server.time.instant())));
        }
    }

    @Test
    void disablingEndsAllTokensAtOnceHereAndWithinFiveSecondsElsewhere() {
        TestAgent alma = server.enabled("alma");
        String token = server.token(alma);
        otherServer.tokens.verify(token);

        server.set(alma, AgentState.DISABLED);

        assertThat(server.tokens.verify(token)).isEmpty();
        otherServer.time.pass(Duration.ofSeconds(5));
        assertThat(otherServer.tokens.verify(token)).isEmpty();
    }

    @Test
    void aDisabledAgentGetsANewTokenToEndWhatItRuns() {
        TestAgent alma = server.enabled("alma");
        server.set(alma, AgentState.DISABLED);

        String token = server.token(alma);

        assertThat(server.tokens.verify(token)).contains(alma.id());
    }

    @Test
    void deletingEndsAllTokensForGood() {
        TestAgent alma = server.enabled("alma");
        server.set(alma, AgentState.DISABLED);
        String token = server.token(alma);
        otherServer.tokens.verify(token);

        server.agents.delete(alma.id(), false, "olga");

        assertThat(server.tokens.verify(token)).isEmpty();
        otherServer.time.pass(Duration.ofSeconds(5));
        assertThat(otherServer.tokens.verify(token)).isEmpty();
        server.register(alma);
        server.set(alma, AgentState.ENABLED);
        assertThat(server.tokens.verify(token)).isEmpty();
    }

    @Test
    void aTokenDiesAfterAQuarterOfAnHourThoughItIsRemembered() {
        TestAgent alma = server.enabled("alma");
        String token = server.token(alma);
        server.tokens.verify(token);

        server.time.pass(Duration.ofMinutes(15));

        assertThat(server.tokens.verify(token)).isEmpty();
    }

    @Test
    void theSignatureIsCheckedOncePerToken() {
        TestAgent alma = otherServer.enabled("alma");
        String token = otherServer.token(alma);
        String checkedLater = otherServer.token(alma);
        otherServer.tokens.verify(token);
        otherServer.execute("UPDATE signing_key SET retired_at = now() - interval '2 hours'");
        otherServer.time.pass(Duration.ofMinutes(2)); // the key's public part is forgotten

        assertThat(otherServer.tokens.verify(token)).contains(alma.id());
        assertThat(otherServer.tokens.verify(checkedLater)).isEmpty();
    }

    static Stream<Arguments> badClaims() {
        return Stream.of(
                claims("wrong audience", c -> c.audience("penstock")),
                claims("one audience too many", c -> c.audience(List.of(Protocol.AGENT_TOKEN_AUDIENCE, "x"))),
                claims(
                        "of another installation",
                        c -> c.issuer(UUID.randomUUID().toString())),
                claims("without issuer", c -> c.issuer(null)),
                claims("without id", c -> c.jwtID(null)),
                claims("without subject", c -> c.subject(null)),
                claims("subject is no uuid", c -> c.subject("alma")),
                claims("without iat", c -> c.issueTime(null)),
                claims("iat in the future", c -> c.issueTime(in(Duration.ofSeconds(61)))),
                claims(
                        "iat an hour in the future, as Nimbus would accept",
                        c -> c.issueTime(in(Duration.ofHours(1))).expirationTime(in(Duration.ofMinutes(70)))),
                claims("without nbf", c -> c.notBeforeTime(null)),
                claims("not yet", c -> c.notBeforeTime(in(Duration.ofMinutes(5)))),
                claims("without exp", c -> c.expirationTime(null)),
                claims(
                        "expired a second ago",
                        c -> c.issueTime(in(Duration.ofMinutes(-10))).expirationTime(in(Duration.ofSeconds(-1)))),
                claims("lives too long", c -> c.expirationTime(in(Duration.ofMinutes(16)))),
                claims("without generation", c -> c.claim("gen", null)),
                claims("of an older generation", c -> c.claim("gen", 0)));
    }

    @ParameterizedTest
    @MethodSource("badClaims")
    void aTokenWithAWrongClaimIsRefused(Consumer<JWTClaimsSet.Builder> change) throws JOSEException {
        TestAgent alma = server.enabled("alma");
        JWTClaimsSet.Builder claims = goodClaims(alma);
        change.accept(claims);

        String token = signed(header(), claims.build(), new RSASSASigner(server.signingKeys.signer()));

        assertThat(server.tokens.verify(signed(header(), goodClaims(alma).build(), rsa())))
                .contains(alma.id());
        assertThat(server.tokens.verify(token)).isEmpty();
    }

    @Test
    void aTokenWithAWrongHeaderIsRefused() throws JOSEException {
        TestAgent alma = server.enabled("alma");
        JWTClaimsSet claims = goodClaims(alma).build();
        RSAKey key = server.signingKeys.signer();
        byte[] publicKeyAsSecret = key.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8);
        var base = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(new JOSEObjectType(Protocol.AGENT_TOKEN_TYPE))
                .keyID(key.getKeyID());

        Map<String, String> tokens = Map.of(
                "no algorithm", new PlainJWT(claims).serialize(),
                "HS256 with the public key",
                        signed(
                                new JWSHeader.Builder(JWSAlgorithm.HS256)
                                        .type(new JOSEObjectType(Protocol.AGENT_TOKEN_TYPE))
                                        .keyID(key.getKeyID())
                                        .build(),
                                claims,
                                new MACSigner(publicKeyAsSecret)),
                "RS512",
                        signed(
                                new JWSHeader.Builder(JWSAlgorithm.RS512)
                                        .type(new JOSEObjectType(Protocol.AGENT_TOKEN_TYPE))
                                        .keyID(key.getKeyID())
                                        .build(),
                                claims,
                                rsa()),
                "unknown key",
                        signed(
                                new JWSHeader.Builder(base.build())
                                        .keyID("other")
                                        .build(),
                                claims,
                                rsa()),
                "no key id",
                        signed(new JWSHeader.Builder(base.build()).keyID(null).build(), claims, rsa()),
                "other type",
                        signed(
                                new JWSHeader.Builder(base.build())
                                        .type(JOSEObjectType.JWT)
                                        .build(),
                                claims,
                                rsa()),
                "own key in the header",
                        signed(
                                new JWSHeader.Builder(base.build())
                                        .jwk(key.toPublicJWK())
                                        .build(),
                                claims,
                                rsa()),
                "critical header",
                        signed(
                                new JWSHeader.Builder(base.build())
                                        .criticalParams(Set.of("exp"))
                                        .build(),
                                claims,
                                rsa()),
                "too long", signed(header(), claims, rsa()) + "A".repeat(5000),
                "garbage", "garbage");

        assertThat(tokens)
                .allSatisfy((what, token) ->
                        assertThat(server.tokens.verify(token)).as(what).isEmpty());
    }

    @Test
    void aTokenWhoseAgentWasChangedIsRefused() {
        TestAgent alma = server.enabled("alma");
        TestAgent bruno = server.enabled("bruno");
        String[] parts = server.token(alma).split("\\.", -1);
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                .replace(alma.id().value().toString(), bruno.id().value().toString());
        String forged = Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8));

        assertThat(server.tokens.verify(parts[0] + "." + forged + "." + parts[2]))
                .isEmpty();
    }

    @Test
    void thePublishedKeysHaveNoPrivatePart() {
        server.token(server.enabled("alma"));

        String published = server.signingKeys.jwks();

        assertThat(published).contains("\"kty\"").doesNotContain("\"d\"").doesNotContain("\"p\"");
    }

    private JWSHeader header() {
        return new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(new JOSEObjectType(Protocol.AGENT_TOKEN_TYPE))
                .keyID(server.signingKeys.signer().getKeyID())
                .build();
    }

    private RSASSASigner rsa() throws JOSEException {
        return new RSASSASigner(server.signingKeys.signer());
    }

    private JWTClaimsSet.Builder goodClaims(TestAgent agent) {
        Instant now = server.time.instant();
        return new JWTClaimsSet.Builder()
                .issuer(server.signingKeys.issuer())
                .audience(Protocol.AGENT_TOKEN_AUDIENCE)
                .subject(agent.id().value().toString())
                .jwtID(UUID.randomUUID().toString())
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plus(Duration.ofMinutes(14))))
                .claim("gen", 1);
    }

    private static Arguments claims(String what, Consumer<JWTClaimsSet.Builder> change) {
        return argumentSet(what, change);
    }

    private static Date in(Duration time) {
        return Date.from(Instant.now().plus(time));
    }

    private static String signed(JWSHeader header, JWTClaimsSet claims, JWSSigner signer) throws JOSEException {
        var jwt = new SignedJWT(header, claims);
        jwt.sign(signer);
        return jwt.serialize();
    }

    private static void assertRefused(ErrorCode code, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .hasMessageContaining(message)
                .asInstanceOf(type(PenstockException.class))
                .extracting(PenstockException::code)
                .isEqualTo(code);
    }
}
