package dev.penstock.core.platform.ids;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.UUID;

/** Random names and secrets. Thread-safe. */
public final class Tokens {
    /** 256 bits: nobody guesses it, and it needs no slow hash. */
    private static final int SECRET_BYTES = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    private Tokens() {}

    /** A random UUID. */
    public static UUID uuid() {
        return UUID.randomUUID();
    }

    /** A secret of 256 random bits as 43 characters of {@code A-Z a-z 0-9 - _}. */
    public static String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
