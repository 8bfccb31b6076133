package dev.penstock.core.material;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The hosts whose pushes are understood: how each proves that a request is its own, and numbers its deliveries. */
enum HookKind {
    GITHUB,
    /** Sends the secret itself; what repeats a delivery has its idempotency key. */
    GITLAB,
    /** Forgejo too. */
    GITEA,
    /** Both Cloud and Data Center. */
    BITBUCKET;

    private static final String PREFIX = "sha256=";

    private List<String> proofs() {
        return switch (this) {
            case GITHUB -> List.of("X-Hub-Signature-256");
            case GITLAB -> List.of("X-Gitlab-Token");
            case GITEA -> List.of("X-Gitea-Signature", "X-Forgejo-Signature", "X-Hub-Signature-256");
            case BITBUCKET -> List.of("X-Hub-Signature");
        };
    }

    private List<String> deliveries() {
        return switch (this) {
            case GITHUB -> List.of("X-GitHub-Delivery");
            case GITLAB -> List.of("Idempotency-Key", "X-Gitlab-Event-UUID");
            case GITEA -> List.of("X-Gitea-Delivery", "X-Forgejo-Delivery");
            case BITBUCKET -> List.of("X-Request-UUID", "X-Request-Id");
        };
    }

    /**
     * Whether the request comes from somebody who has the secret. Takes the same time whatever is wrong.
     *
     * @param headers gives a header's value, or null
     * @param body as it came, byte for byte
     */
    boolean isProved(String secret, Function<String, @Nullable String> headers, byte[] body) {
        String given = first(proofs(), headers);
        byte[] key = secret.getBytes(StandardCharsets.UTF_8);
        if (this == GITLAB) {
            byte[] token = given == null ? new byte[0] : given.getBytes(StandardCharsets.UTF_8);
            return MessageDigest.isEqual(sha256(token), sha256(key));
        }
        return MessageDigest.isEqual(hmac(key, body), signature(given));
    }

    /** What the host calls this delivery, or else the body itself: the same again is a replay. In hex. */
    String delivery(Function<String, @Nullable String> headers, byte[] body) {
        String given = first(deliveries(), headers);
        return given == null || given.isBlank()
                ? "body:" + hex(sha256(body))
                : "id:" + hex(sha256(given.getBytes(StandardCharsets.UTF_8)));
    }

    private static @Nullable String first(List<String> names, Function<String, @Nullable String> headers) {
        for (String name : names) {
            String value = headers.apply(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static byte[] signature(@Nullable String given) {
        if (given == null) {
            return new byte[0];
        }
        String hex = given.strip().toLowerCase(Locale.ROOT);
        try {
            return HexFormat.of().parseHex(hex.startsWith(PREFIX) ? hex.substring(PREFIX.length()) : hex);
        } catch (IllegalArgumentException _) {
            return new byte[0];
        }
    }

    private static byte[] hmac(byte[] key, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has HmacSHA256", e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
