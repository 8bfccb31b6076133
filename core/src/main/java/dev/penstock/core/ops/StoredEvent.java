package dev.penstock.core.ops;

import java.time.Instant;
import java.util.Collection;

/**
 * A fact as it was stored.
 *
 * @param body a JSON object
 */
record StoredEvent(EventPosition position, String subject, String kind, String body, Instant at) {

    /** Whether the subject is one of these or lies below one; every subject when there are none. */
    boolean isAbout(Collection<String> subjects) {
        if (subjects.isEmpty()) {
            return true;
        }
        for (String wanted : subjects) {
            if (subject.startsWith(wanted)
                    && (subject.length() == wanted.length()
                            || wanted.endsWith("/")
                            || subject.charAt(wanted.length()) == '/')) {
                return true;
            }
        }
        return false;
    }
}
