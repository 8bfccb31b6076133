package dev.penstock.plugins.git;

import java.util.Arrays;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.URIish;

/**
 * Answers JGit's question for the password, once: asked again, it was wrong, and repeating it would lock accounts. Answers
 * no to everything else, such as whether to trust a certificate.
 */
final class OnlyPassword extends CredentialsProvider {
    private final Access access;
    private boolean asked;

    OnlyPassword(Access access) {
        this.access = access;
    }

    @Override
    public boolean isInteractive() {
        return false;
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
        if (asked || access.password() == null || !supports(items)) {
            return false;
        }
        asked = true;
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
