package dev.penstock.core.material;

import dev.penstock.plugin.material.Revision;
import java.time.Duration;
import java.util.List;

/** What a look at a material gave. */
sealed interface Finding {

    /** The last known revision is the newest. */
    record Unchanged() implements Finding {}

    /** New revisions, oldest first. */
    record Changed(List<Revision> revisions) implements Finding {}

    /** The last known revision is not in the history any more; the revisions may be none. */
    record Rewritten(String explanation, List<Revision> revisions) implements Finding {}

    /**
     * The material could not be read.
     *
     * @param kind a stable word, such as AUTHENTICATION
     * @param message for people, without secrets
     */
    record Failed(String kind, String message) implements Finding {
        static final String BRANCH_NOT_FOUND = "BRANCH_NOT_FOUND";
    }

    /** Nobody looked, for a reason that says nothing about the material. */
    record Postponed(Duration pause) implements Finding {}
}
