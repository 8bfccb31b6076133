package dev.penstock.core.agent;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.penstock.core.platform.db.Database;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The RSA keys with which the server signs agents' tokens. A key signs for 30 days; its successor is published a day
 * before it signs, and it stays published an hour longer than it signs. Thread-safe: an immutable snapshot behind a
 * volatile field; one thread at a time renews it.
 */
public final class SigningKeys {
    /** RFC 7518 asks for 2048; 3072 is good beyond 2030. */
    private static final int BITS = 3072;

    private static final Duration PUBLISHED_BEFORE_USE = Duration.ofHours(24);
    private static final Duration SUCCESSOR_AFTER = Duration.ofDays(29);

    /** Short beside the day for which a new key is published before any server signs with it. */
    private static final Duration MAX_AGE = Duration.ofMinutes(1);

    private static final String SCOPE = "signing-key:";

    private final Database database;
    private final KeyVault vault;
    private final InstantSource clock;
    private final ReentrantLock renewing = new ReentrantLock();
    private volatile @Nullable Snapshot snapshot;

    public SigningKeys(Database database, KeyVault vault, InstantSource clock) {
        this.database = database;
        this.vault = vault;
        this.clock = clock;
    }

    /**
     * @param signer with its private part
     * @param published public parts by id
     */
    private record Snapshot(String issuer, RSAKey signer, Map<String, RSAKey> published, Instant takenAt) {}

    /** The installation's id, which is the issuer of all tokens. */
    String issuer() {
        return current().issuer();
    }

    /** The key that signs now. The first call on a new installation makes it, which takes about a second. */
    RSAKey signer() {
        return current().signer();
    }

    /** The public key of this id, if its tokens may still live. */
    Optional<RSAKey> published(String kid) {
        return Optional.ofNullable(current().published().get(kid));
    }

    /** The public keys, for {@code /.well-known/jwks.json}. */
    public String jwks() {
        List<JWK> keys = List.copyOf(current().published().values());
        return new JWKSet(keys).toString(true);
    }

    /** Makes the successor of an old key, and retires a key whose successor signs. Called once an hour. */
    public void rotate() {
        Snapshot now = current();
        boolean old = database.read(SigningKeyStore::all).stream()
                .map(SigningKeyStore.Row::createdAt)
                .allMatch(createdAt -> createdAt.isBefore(clock.instant().minus(SUCCESSOR_AFTER)));
        if (old) {
            RSAKey key = generate();
            database.useTransaction(tx -> {
                SigningKeyStore.lock(tx);
                boolean done = SigningKeyStore.all(tx).stream()
                        .anyMatch(row -> !now.published().containsKey(row.kid()));
                if (!done) {
                    insert(tx, key);
                }
            });
        }
        database.useTransaction(SigningKeyStore::retire);
        snapshot = null;
    }

    private Snapshot current() {
        Snapshot known = snapshot;
        if (known != null && isFresh(known)) {
            return known;
        }
        renewing.lock();
        try {
            known = snapshot;
            if (known == null || !isFresh(known)) {
                known = load();
                snapshot = known;
            }
            return known;
        } finally {
            renewing.unlock();
        }
    }

    private boolean isFresh(Snapshot known) {
        Instant now = clock.instant();
        return !now.isBefore(known.takenAt()) && now.isBefore(known.takenAt().plus(MAX_AGE));
    }

    private Snapshot load() {
        Instant now = clock.instant();
        List<SigningKeyStore.Row> rows = database.read(SigningKeyStore::all);
        if (rows.stream().noneMatch(row -> row.retiredAt() == null)) {
            RSAKey first = generate();
            rows = database.inTransaction(tx -> {
                SigningKeyStore.lock(tx);
                if (SigningKeyStore.all(tx).stream().noneMatch(row -> row.retiredAt() == null)) {
                    insert(tx, first);
                }
                return SigningKeyStore.all(tx);
            });
        }
        SigningKeyStore.Row signer = signer(rows, now);
        Map<String, RSAKey> published = new HashMap<>();
        rows.forEach(row -> published.put(row.kid(), parse(row.publicJwk())));
        RSAKey withPrivatePart = parse(vault.open(SCOPE + signer.kid(), signer.sealedPrivateKey()));
        String issuer = database.read(SigningKeyStore::installation);
        return new Snapshot(issuer, withPrivatePart, Map.copyOf(published), now);
    }

    /** The newest key that has been published for a day; the oldest when there is none, as on the first day. */
    static SigningKeyStore.Row signer(List<SigningKeyStore.Row> rows, Instant now) {
        List<SigningKeyStore.Row> usable =
                rows.stream().filter(row -> row.retiredAt() == null).toList();
        return usable.reversed().stream()
                .filter(row -> !row.createdAt().isAfter(now.minus(PUBLISHED_BEFORE_USE)))
                .findFirst()
                .orElse(usable.getFirst());
    }

    private void insert(org.jdbi.v3.core.Handle tx, RSAKey key) {
        SigningKeyStore.insert(
                tx,
                key.getKeyID(),
                key.toPublicJWK().toJSONString(),
                vault.seal(SCOPE + key.getKeyID(), key.toJSONString()));
    }

    private static RSAKey generate() {
        try {
            return new RSAKeyGenerator(BITS).keyIDFromThumbprint(true).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("No RSA key can be made", e);
        }
    }

    private static RSAKey parse(String jwk) {
        try {
            return RSAKey.parse(jwk);
        } catch (ParseException e) {
            throw new IllegalStateException("A stored signing key cannot be read", e);
        }
    }
}
