package dev.penstock.plugins.git;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.URIish;

/**
 * Answers JGit's question for the password, once: asked again, it was wrong, and repeating it would lock accounts. Answers
 * no to everything else. Thread-safe.
 */
final class OnlyPassword extends CredentialsProvider {
    private final Access access;
    private final AtomicBoolean asked = new AtomicBoolean();

    OnlyPassword(Access access) {
        this.access = access;
    }

    /** Without a yes here the SSH library asks for no password at all. */
    @Override
    public boolean isInteractive() {
        return access.password() != null;
    }

    @Override
    public boolean supports(CredentialItem... items) {
        return Arrays.stream(items)
                .allMatch(item -> item instanceof CredentialItem.Username
                        || item instanceof CredentialItem.Password
                        || item instanceof CredentialItem.InformationalMessage
                        || isHidden(item));
    }

    /** What a server asks in a keyboard-interactive log-in, which in practice is the password. */
    private static boolean isHidden(CredentialItem item) {
        return item instanceof CredentialItem.StringType && item.isValueSecure();
    }

    @Override
    public boolean get(URIish uri, CredentialItem... items) {
        if (access.password() == null || !supports(items) || asked.getAndSet(true)) {
            return false;
        }
        String password = access.password().reveal();
        for (CredentialItem item : items) {
            switch (item) {
                case CredentialItem.Username name -> name.setValue(access.sshUser());
                case CredentialItem.Password word -> word.setValue(password.toCharArray());
                case CredentialItem.StringType text -> text.setValue(password);
                default -> {
                    // A message without an answer.
                }
            }
        }
        return true;
    }
}
