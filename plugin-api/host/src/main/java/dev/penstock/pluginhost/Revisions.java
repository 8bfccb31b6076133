package dev.penstock.pluginhost;

import dev.penstock.plugin.material.PollResult;
import dev.penstock.plugin.material.Revision;
import java.util.List;

/** Brings what a material type found to the sizes that the plugin API promises to the server. */
final class Revisions {
    /** The newest; one answer with more is no change but an import. */
    private static final int MOST = 10_000;

    private static final int LONGEST_ID = 255;
    private static final int LONGEST_AUTHOR = 255;
    private static final int LONGEST_COMMENT = 64 * 1024;
    private static final int MOST_FILES = 10_000;
    private static final int LONGEST_EXPLANATION = 4_000;

    private Revisions() {}

    /** @throws IllegalStateException if the answer breaks a promise that cannot be kept by cutting */
    static PollResult fitting(PollResult result) {
        return switch (result) {
            case PollResult.Unchanged unchanged -> unchanged;
            case PollResult.Changed(var revisions) -> new PollResult.Changed(fitting(revisions));
            case PollResult.Rewritten(var explanation, var revisions) ->
                new PollResult.Rewritten(cut(explanation, LONGEST_EXPLANATION), fitting(revisions));
        };
    }

    private static List<Revision> fitting(List<Revision> revisions) {
        if (revisions.isEmpty()) {
            throw new IllegalStateException("a change without revisions");
        }
        return revisions.subList(Math.max(0, revisions.size() - MOST), revisions.size()).stream()
                .map(Revisions::fitting)
                .toList();
    }

    private static Revision fitting(Revision revision) {
        if (revision.id().isBlank() || revision.id().length() > LONGEST_ID) {
            throw new IllegalStateException("a revision whose id has not 1 to " + LONGEST_ID + " characters");
        }
        return new Revision(
                revision.id(),
                cut(revision.author(), LONGEST_AUTHOR),
                revision.time(),
                cut(revision.comment(), LONGEST_COMMENT),
                revision.files()
                        .subList(0, Math.min(MOST_FILES, revision.files().size())));
    }

    private static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest);
    }
}
