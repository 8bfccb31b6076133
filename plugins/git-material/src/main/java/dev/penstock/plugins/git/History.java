package dev.penstock.plugins.git;

import dev.penstock.plugin.material.PollResult;
import dev.penstock.plugin.material.Revision;
import dev.penstock.plugin.material.Revision.Action;
import dev.penstock.plugin.material.Revision.ChangedFile;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.InvalidObjectIdException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevSort;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/** Reads what happened to a branch between two looks at it. */
record History(Repository repository, GitUrl url) {
    /** Of a merge that brings more, the newest; nobody reads more, and each one becomes a row. */
    private static final int MOST_REVISIONS = 1_000;

    private static final int MOST_FILES = 10_000;
    /** Of all revisions of one answer together; the newest get theirs first. */
    private static final int MOST_FILES_TOGETHER = 100_000;

    private static final int LONGEST_COMMENT = 64 * 1024;
    private static final int LONGEST_NAME = 255;
    /** Beyond these a date is nobody's, and a database might not take it. */
    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

    /** The revisions after the last known one; the newest alone when none is known. */
    PollResult since(ObjectId tip, Optional<String> lastKnown) throws IOException, InterruptedException {
        try (RevWalk walk = new RevWalk(repository)) {
            RevCommit newest = walk.parseCommit(tip);
            if (lastKnown.isEmpty()) {
                return new PollResult.Changed(List.of(revision(walk, newest, MOST_FILES)));
            }
            RevCommit old = known(walk, lastKnown.get());
            if (old == null) {
                return new PollResult.Rewritten(
                        rewritten(lastKnown.get(), tip) + ". The old commit is gone, so only the newest one is taken",
                        List.of(revision(walk, newest, MOST_FILES)));
            }
            if (old.equals(newest)) {
                return new PollResult.Unchanged();
            }
            if (walk.isMergedInto(old, newest)) {
                return new PollResult.Changed(between(walk, old, newest));
            }
            RevCommit base = base(walk, old, newest);
            if (base == null) {
                return new PollResult.Rewritten(
                        rewritten(lastKnown.get(), tip) + ". The two have no commit in common",
                        List.of(revision(walk, newest, MOST_FILES)));
            }
            List<Revision> revisions = between(walk, base, newest);
            return new PollResult.Rewritten(
                    rewritten(lastKnown.get(), tip) + ". Both go on from " + GitMaterial.shortened(base.name()),
                    // Set back to an older commit: that one is the newest now.
                    revisions.isEmpty() ? List.of(revision(walk, newest, MOST_FILES)) : revisions);
        }
    }

    private String rewritten(String old, ObjectId tip) {
        return "The history of " + url.shown() + " was rewritten: " + GitMaterial.shortened(old)
                + " was its newest commit and is not part of it any more; now it ends with "
                + GitMaterial.shortened(tip.name());
    }

    private static @Nullable RevCommit known(RevWalk walk, String id) throws IOException {
        try {
            return walk.parseCommit(ObjectId.fromString(id));
        } catch (MissingObjectException | IncorrectObjectTypeException | InvalidObjectIdException _) {
            return null;
        }
    }

    private static @Nullable RevCommit base(RevWalk walk, RevCommit one, RevCommit other) throws IOException {
        walk.reset();
        walk.setRevFilter(RevFilter.MERGE_BASE);
        walk.markStart(one);
        walk.markStart(other);
        RevCommit base = walk.next();
        walk.reset();
        walk.setRevFilter(RevFilter.ALL);
        return base;
    }

    /** What is in one history and not in the other, oldest first, and every commit after its parents. */
    private List<Revision> between(RevWalk walk, RevCommit after, RevCommit upTo)
            throws IOException, InterruptedException {
        walk.reset();
        walk.sort(RevSort.TOPO);
        walk.markStart(upTo);
        walk.markUninteresting(after);
        var commits = new ArrayList<RevCommit>();
        for (RevCommit commit = walk.next(); commit != null && commits.size() < MOST_REVISIONS; commit = walk.next()) {
            commits.add(commit);
        }
        walk.reset();
        var revisions = new ArrayList<Revision>();
        int left = MOST_FILES_TOGETHER;
        for (RevCommit commit : commits) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            Revision revision = revision(walk, commit, Math.min(left, MOST_FILES));
            left -= revision.files().size();
            revisions.add(revision);
        }
        Collections.reverse(revisions);
        return revisions;
    }

    private Revision revision(RevWalk walk, RevCommit commit, int mostFiles) throws IOException {
        walk.parseBody(commit);
        PersonIdent author = commit.getAuthorIdent();
        return new Revision(
                commit.name(),
                author == null ? "" : cut(author.getName() + " <" + author.getEmailAddress() + ">", LONGEST_NAME),
                author == null ? Instant.EPOCH : when(author.getWhenAsInstant()),
                cut(commit.getFullMessage().stripTrailing(), LONGEST_COMMENT),
                files(walk, commit, mostFiles));
    }

    private static Instant when(Instant said) {
        return said.isBefore(Instant.EPOCH) ? Instant.EPOCH : said.isAfter(LATEST) ? LATEST : said;
    }

    /** Against the first parent, so that a merge lists what it brought. */
    private List<ChangedFile> files(RevWalk walk, RevCommit commit, int most) throws IOException {
        var files = new ArrayList<ChangedFile>();
        if (most <= 0) {
            return files;
        }
        try (TreeWalk trees = new TreeWalk(repository, walk.getObjectReader())) {
            if (commit.getParentCount() == 0) {
                trees.addTree(new EmptyTreeIterator());
            } else {
                trees.addTree(walk.parseCommit(commit.getParent(0)).getTree());
            }
            trees.addTree(commit.getTree());
            trees.setRecursive(true);
            trees.setFilter(TreeFilter.ANY_DIFF);
            while (files.size() < most && trees.next()) {
                Action action = trees.getRawMode(0) == FileMode.MISSING.getBits()
                        ? Action.ADDED
                        : trees.getRawMode(1) == FileMode.MISSING.getBits() ? Action.DELETED : Action.MODIFIED;
                files.add(new ChangedFile(printable(trees.getPathString()), action));
            }
        }
        return files;
    }

    private static String cut(String text, int longest) {
        String clean = printable(text);
        if (clean.length() <= longest) {
            return clean;
        }
        int end = Character.isHighSurrogate(clean.charAt(longest - 1)) ? longest - 1 : longest;
        return clean.substring(0, end);
    }

    /** A NUL is no character for a database. */
    private static String printable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
    }
}
