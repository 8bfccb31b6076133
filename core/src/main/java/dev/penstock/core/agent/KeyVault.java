package dev.penstock.core.agent;

/** Keeps private keys unreadable at rest: the server's master key behind two methods. Thread-safe. */
public interface KeyVault {

    /**
     * Encrypts for storage.
     *
     * @param scope what it belongs to; the same must be said to open it
     */
    String seal(String scope, String plain);

    /** Decrypts what {@link #seal} made with the same scope. */
    String open(String scope, String sealed);
}
