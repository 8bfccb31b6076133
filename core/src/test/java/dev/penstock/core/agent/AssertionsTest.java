package dev.penstock.core.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.agent.Assertions.Proof;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.testing.TestAgent;
import java.time.Instant;
import java.util.Date;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class AssertionsTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final TestAgent ALMA = TestAgent.named("alma");

    @Test
    void aProofSaysWhoHoldsWhichKey() {
        Proof proof = Assertions.verify(ALMA.assertion(NOON), NOON);

        assertThat(proof.agent()).isEqualTo(ALMA.id());
        assertThat(proof.fingerprint()).startsWith("SHA256:");
        assertThat(proof.jwk()).doesNotContain("\"d\"");
    }

    @Test
    void aClockThatIsAMinuteOffIsNoObstacle() {
        Instant wrong = NOON.plusSeconds(59);

        Proof proof = Assertions.verify(ALMA.assertion(wrong), NOON);

        assertThat(proof.agent()).isEqualTo(ALMA.id());
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                claims("audience", c -> c.audience("penstock"), "its audience is not"),
                claims("no iat", c -> c.issueTime(null), "\"iat\" is missing"),
                claims("no exp", c -> c.expirationTime(null), "\"exp\" is missing"),
                claims("lives two minutes", c -> c.expirationTime(at(120)), "lives longer than 60 s"),
                claims(
                        "iat in the future",
                        c -> c.issueTime(at(61)).expirationTime(at(100)),
                        "check the agent's clock"),
                claims(
                        "expired",
                        c -> c.issueTime(at(-130)).expirationTime(at(-80)),
                        "the server's clock says 2026-11-23T12:00:00Z"),
                claims("ends before it begins", c -> c.expirationTime(at(-10)), "check the agent's clock"),
                claims("no jti", c -> c.jwtID(null), "\"jti\" is not"),
                claims("short jti", c -> c.jwtID("1"), "\"jti\" is not"),
                claims("no subject", c -> c.subject(null), "\"sub\" is not a UUID"),
                claims("subject in another form", c -> c.subject("1-1-1-1-1"), "\"sub\" is not a UUID"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void aProofWithAWrongClaimIsRefusedWithItsReason(Consumer<JWTClaimsSet.Builder> change, String reason) {
        String assertion = ALMA.assertion(NOON, change);

        assertThatThrownBy(() -> Assertions.verify(assertion, NOON))
                .isInstanceOf(PenstockException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aHeaderIsTakenAsItMustBeOrNotAtAll() {
        var good = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(Protocol.ASSERTION_TYPE))
                .jwk(ALMA.key().toPublicJWK())
                .build();
        TestAgent other = TestAgent.named("bruno");

        assertRefused(new JWSHeader.Builder(good).type(JOSEObjectType.JWT).build(), ALMA, "its type is not");
        assertRefused(new JWSHeader.Builder(good).jwk(null).build(), ALMA, "not a public P-256 key");
        assertRefused(new JWSHeader.Builder(good).keyID("x").build(), ALMA, "its header has parameters other than");
        assertRefused(good, other, "its signature is not that of the key in its header");
    }

    @Test
    void garbageIsNoProof() {
        for (String text : new String[] {"", ".", "a.b.c", "{}", "x".repeat(5000)}) {
            assertThatThrownBy(() -> Assertions.verify(text, NOON)).isInstanceOf(PenstockException.class);
        }
    }

    private static void assertRefused(JWSHeader header, TestAgent signer, String reason) {
        var claims = new JWTClaimsSet.Builder()
                .subject(ALMA.id().value().toString())
                .audience(Protocol.ASSERTION_AUDIENCE)
                .issueTime(at(0))
                .expirationTime(at(50))
                .jwtID("0123456789abcdef")
                .build();
        String assertion = TestAgent.sign(header, claims, signer.key());
        assertThatThrownBy(() -> Assertions.verify(assertion, NOON)).hasMessageContaining(reason);
    }

    private static Arguments claims(String what, Consumer<JWTClaimsSet.Builder> change, String reason) {
        return argumentSet(what, change, reason);
    }

    private static Date at(long seconds) {
        return Date.from(NOON.plusSeconds(seconds));
    }
}
