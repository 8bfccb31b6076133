package dev.penstock.plugin.material;

import java.util.List;

/** What a poll found. */
public sealed interface PollResult {

    /** The last known revision is the newest. */
    record Unchanged() implements PollResult {}

    /** New revisions, oldest first, never empty; after the last known one, or just the newest at the first poll. */
    record Changed(List<Revision> revisions) implements PollResult {
        public Changed {
            revisions = List.copyOf(revisions);
        }
    }

    /**
     * The last known revision is not in the history any more (a force-push).
     *
     * @param explanation for people: old tip, new tip
     * @param revisions oldest first, those after the common ancestor, or just the newest where there is none; never empty:
     *     of a branch that was set back to a commit which the server may know already, that commit
     */
    record Rewritten(String explanation, List<Revision> revisions) implements PollResult {
        public Rewritten {
            revisions = List.copyOf(revisions);
        }
    }
}
