package dev.penstock.core.agent;

import dev.penstock.core.agent.AutoRegisterKeyStore.KeyRow;
import dev.penstock.core.agent.AutoRegisterKeyStore.NewKey;
import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.Tokens;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys with which agents are enabled without a person: random, hashed, shown once, with an end. Thread-safe. */
public final class AutoRegisterKeys {
    private static final Duration DEFAULT_LIFE = Duration.ofHours(24);
    private static final Duration MAX_LIFE = Duration.ofDays(366);
    private static final int MAX_USES = 10_000;
    private static final int MAX_DESCRIPTION_CHARS = 255;

    /** Each of them opens the door: more than these nobody keeps an eye on. */
    private static final int MAX_KEYS = 100;

    private final Database database;
    private final InstantSource clock;

    public AutoRegisterKeys(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * What a person asks for.
     *
     * @param uses how many agents it enables; null for any number
     * @param expiresInSeconds null for a day
     */
    record Wish(
            @Nullable String description,
            @Nullable List<String> resources,
            @Nullable List<String> environments,
            @Nullable Integer uses,
            @Nullable Long expiresInSeconds) {}

    /** A new key, in clear for the only time. */
    record Made(String key, KeyRow row) {}

    Made make(Wish wish, String by) {
        String key = "pnsk_" + Tokens.secret();
        NewKey row = new NewKey(
                hash(key),
                key.substring(key.length() - 4),
                description(wish.description()),
                Facts.labels("resource", wish.resources() == null ? List.of() : wish.resources()),
                Facts.labels("environment", wish.environments() == null ? List.of() : wish.environments()),
                uses(wish.uses()),
                clock.instant().plus(life(wish.expiresInSeconds())),
                by);
        return database.inTransaction(tx -> {
            if (AutoRegisterKeyStore.countValid(tx) >= MAX_KEYS) {
                throw new PenstockException(
                        ErrorCode.CONFLICT, "There are " + MAX_KEYS + " valid registration keys; delete some first");
            }
            KeyRow made = AutoRegisterKeyStore.insert(tx, row);
            AuditStore.record(
                    tx,
                    by,
                    "agent-registration-key.create",
                    "agent-registration-key/" + made.id(),
                    Map.of("expires_at", made.expiresAt().toString(), "resources", made.resources()));
            return new Made(key, made);
        });
    }

    List<KeyRow> all() {
        return database.read(handle -> AutoRegisterKeyStore.all(handle, 2 * MAX_KEYS));
    }

    void revoke(long id, String by) {
        database.useTransaction(tx -> {
            if (!AutoRegisterKeyStore.revoke(tx, id)) {
                throw new PenstockException(ErrorCode.NOT_FOUND, "There is no registration key " + id);
            }
            AuditStore.record(tx, by, "agent-registration-key.delete", "agent-registration-key/" + id, Map.of());
        });
    }

    /** Keys are looked up by their hash, so nothing is compared in a time that tells anything. */
    static String hash(String key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }

    private static String description(@Nullable String text) {
        String description = text == null ? "" : text.strip();
        if (description.length() > MAX_DESCRIPTION_CHARS) {
            throw new PenstockException(
                    ErrorCode.INVALID, "\"description\" has more than " + MAX_DESCRIPTION_CHARS + " characters");
        }
        return description;
    }

    private static @Nullable Integer uses(@Nullable Integer uses) {
        if (uses != null && (uses < 1 || uses > MAX_USES)) {
            throw new PenstockException(
                    ErrorCode.INVALID, "\"uses\" is " + uses + "; it must be from 1 to " + MAX_USES + ", or left out");
        }
        return uses;
    }

    private static Duration life(@Nullable Long seconds) {
        if (seconds == null) {
            return DEFAULT_LIFE;
        }
        if (seconds < 60 || seconds > MAX_LIFE.toSeconds()) {
            throw new PenstockException(
                    ErrorCode.INVALID,
                    "\"expires_in_seconds\" is " + seconds + "; it must be from 60 to " + MAX_LIFE.toSeconds());
        }
        return Duration.ofSeconds(seconds);
    }
}
