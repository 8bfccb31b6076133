package dev.penstock.plugins.git;

import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;

/**
 * The branch that is followed.
 *
 * @param remote its full name on the other side, such as {@code refs/heads/main}
 * @param local what it is called in a working copy, such as {@code main}
 */
record Branch(String remote, String local) {
    private static final int LONGEST = 255;

    /**
     * Reads what a definition says: {@code main}, {@code refs/pull/7/head}, or {@code refs/pull/7/head:pull-7}, where the
     * part behind the colon is the name in the working copy.
     *
     * @throws IllegalArgumentException with a message for people
     */
    static Branch parse(String text) {
        String name = text.strip();
        int colon = name.indexOf(':');
        String remote = colon < 0 ? name : name.substring(0, colon);
        if (colon >= 0 && !remote.startsWith(Constants.R_REFS)) {
            throw wrong(name, "a refspec must begin with refs/");
        }
        if (!remote.startsWith(Constants.R_REFS)) {
            remote = Constants.R_HEADS + remote;
        }
        String local = Repository.shortenRefName(colon < 0 ? remote : name.substring(colon + 1));
        if (local.startsWith("origin/")) {
            local = local.substring("origin/".length());
        }
        if (name.length() > LONGEST) {
            throw wrong(name.substring(0, LONGEST) + "…", "it has more than " + LONGEST + " characters");
        }
        if (name.startsWith("-") || local.startsWith("-")) {
            throw wrong(name, "it must not begin with \"-\"");
        }
        if (name.indexOf('*') >= 0) {
            throw wrong(name, "it must be one branch, without \"*\"");
        }
        if (!Repository.isValidRefName(remote) || !Repository.isValidRefName(Constants.R_HEADS + local)) {
            throw wrong(name, "git does not allow such a name");
        }
        return new Branch(remote, local);
    }

    private static IllegalArgumentException wrong(String name, String why) {
        return new IllegalArgumentException("\"" + name + "\" cannot be a branch: " + why);
    }

    /** For people. */
    String shown() {
        return remote.startsWith(Constants.R_HEADS) ? remote.substring(Constants.R_HEADS.length()) : remote;
    }
}
