package dev.penstock.core.agent;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.agent.protocol.TokenReply;
import dev.penstock.agent.protocol.TokenRequest;
import dev.penstock.core.agent.Assertions.Proof;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.AgentId;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The tokens with which agents make their requests: short-lived JWTs (C-9), given against a proof of the agent's key. The
 * signature is checked once per token; that the agent may still work is checked at each request. Thread-safe.
 */
public final class AccessTokens {
    static final Duration LIFE = Duration.ofMinutes(15);

    /** Refused before anything of it is parsed. */
    private static final int MAX_CHARS = 4096;

    /** How far the clocks of two servers may be apart, with much to spare. */
    private static final Duration SKEW = Duration.ofSeconds(60);

    private static final Set<String> HEADERS = Set.of("alg", "typ", "kid");
    private static final JOSEObjectType TYPE = new JOSEObjectType(Protocol.AGENT_TOKEN_TYPE);

    private final Database database;
    private final AgentRoster roster;
    private final SigningKeys keys;
    private final InstantSource clock;
    private final Supplier<UUID> ids;
    private final VerifiedTokens verified = new VerifiedTokens();

    public AccessTokens(
            Database database, AgentRoster roster, SigningKeys keys, InstantSource clock, Supplier<UUID> ids) {
        this.database = database;
        this.roster = roster;
        this.keys = keys;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Gives a token to an agent that proves its key.
     *
     * @throws PenstockException UNAUTHENTICATED when the proof does not hold; FORBIDDEN when the agent is unknown, deleted
     *     or not enabled yet, and has to register
     */
    public TokenReply give(TokenRequest request) {
        Facts.requireKnownProtocol(request.protocolVersion());
        Instant now = clock.instant();
        Proof proof = Assertions.verify(request.assertion(), now);
        Agent agent = database.inTransaction(tx -> {
            if (!AssertionStore.use(tx, proof)) {
                throw new PenstockException(ErrorCode.UNAUTHENTICATED, "The agent's assertion was used before");
            }
            return AgentStore.lock(tx, proof.agent())
                    .filter(known -> known.keyFingerprint().equals(proof.fingerprint()))
                    .filter(known -> switch (known.state()) {
                        case ENABLED, DISABLED -> true;
                        case PENDING, DELETED -> false;
                    })
                    .orElseThrow(() -> new PenstockException(
                            ErrorCode.FORBIDDEN,
                            "Agent \"" + proof.agent().value() + "\" is not enabled with this key: register it first"));
        });
        return new TokenReply(sign(agent, now), Math.toIntExact(LIFE.toSeconds()));
    }

    private String sign(Agent agent, Instant now) {
        RSAKey key = keys.signer();
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .type(TYPE)
                        .keyID(key.getKeyID())
                        .build(),
                new JWTClaimsSet.Builder()
                        .issuer(keys.issuer())
                        .audience(Protocol.AGENT_TOKEN_AUDIENCE)
                        .subject(agent.id().value().toString())
                        .jwtID(ids.get().toString())
                        .issueTime(Date.from(now))
                        .notBeforeTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(LIFE)))
                        .claim("gen", agent.generation())
                        .build());
        try {
            jwt.sign(new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("The token cannot be signed", e);
        }
        return jwt.serialize();
    }

    /**
     * The agent to which the token was given, if the token is good and the agent may still use it. Says nothing about
     * why not: whoever holds a bad token learns nothing from it.
     */
    public Optional<AgentId> verify(String token) {
        if (token.length() > MAX_CHARS) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        return verified.get(token, now)
                .or(() -> check(token, now).map(checked -> verified.put(token, checked)))
                .filter(checked -> isCurrent(checked, now))
                .map(VerifiedTokens.Checked::agent);
    }

    private boolean isCurrent(VerifiedTokens.Checked token, Instant now) {
        return now.isBefore(token.expiresAt())
                && !token.issuedAt().isAfter(now.plus(SKEW))
                && roster.find(token.agent())
                        .filter(agent -> agent.state() != AgentState.PENDING)
                        .filter(agent -> agent.generation() == token.generation())
                        .isPresent();
    }

    private Optional<VerifiedTokens.Checked> check(String token, Instant now) {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            JWSHeader header = jwt.getHeader();
            if (!JWSAlgorithm.RS256.equals(header.getAlgorithm())
                    || !TYPE.equals(header.getType())
                    || !HEADERS.equals(header.getIncludedParams())) {
                return Optional.empty();
            }
            Optional<RSAKey> key = keys.published(header.getKeyID());
            if (key.isEmpty() || !jwt.verify(new RSASSAVerifier(key.get()))) {
                return Optional.empty();
            }
            return claims(jwt.getJWTClaimsSet(), now);
        } catch (ParseException | JOSEException e) {
            return Optional.empty();
        }
    }

    /** Every claim that {@link #sign} makes must be there (finding 15: the library's defaults ask for less). */
    private Optional<VerifiedTokens.Checked> claims(JWTClaimsSet claims, Instant now) throws ParseException {
        Date issuedAt = claims.getIssueTime();
        Date notBefore = claims.getNotBeforeTime();
        Date expiresAt = claims.getExpirationTime();
        Integer generation = claims.getIntegerClaim("gen");
        if (!keys.issuer().equals(claims.getIssuer())
                || !List.of(Protocol.AGENT_TOKEN_AUDIENCE).equals(claims.getAudience())
                || claims.getJWTID() == null
                || issuedAt == null
                || notBefore == null
                || expiresAt == null
                || generation == null
                || notBefore.toInstant().isAfter(now.plus(SKEW))
                || expiresAt.toInstant().isAfter(issuedAt.toInstant().plus(LIFE))) {
            return Optional.empty();
        }
        return Assertions.agentId(claims.getSubject())
                .map(agent ->
                        new VerifiedTokens.Checked(agent, generation, issuedAt.toInstant(), expiresAt.toInstant()));
    }
}
