package dev.penstock.core.artifact;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The one hash by which blobs are known. */
final class Digests {
    private Digests() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
