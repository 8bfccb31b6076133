package dev.penstock.plugins.git;

import dev.penstock.plugin.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What shows one server who we are, and how it shows us who it is.
 *
 * @param hostKeys lines that the SSH host's key must agree with; empty for the key that was seen first
 */
record Access(
        @Nullable String user,
        @Nullable Secret password,
        @Nullable Secret privateKey,
        @Nullable Secret passphrase,
        List<String> hostKeys) {

    Access {
        hostKeys = List.copyOf(hostKeys);
    }

    /** SSH needs a user; it is almost always this one, and the name of the server's own user is nobody's business. */
    String sshUser() {
        return user == null ? "git" : user;
    }

    /** What may be shown at a submodule's server: the same at the same one, nothing of it elsewhere. */
    Access at(GitUrl mine, GitUrl other) {
        boolean same = mine.sameServer(other);
        String name = other.user() != null && !other.kind().isHttp() ? other.user() : user;
        return same
                ? new Access(name, password, privateKey, passphrase, hostKeys)
                : new Access(other.user(), other.password(), null, null, List.of());
    }

    /** Takes what must not be shown out of a text that came from elsewhere. */
    String scrub(String text) {
        String clean = text;
        for (Secret secret : new Secret[] {password, passphrase}) {
            if (secret != null && secret.reveal().length() > 3) {
                clean = clean.replace(secret.reveal(), "***");
            }
        }
        return clean;
    }
}
