package dev.penstock.plugins.git;

import dev.penstock.plugin.material.CheckoutContext;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;
import org.jspecify.annotations.Nullable;

/** Gets a commit into a clone, with as little as possible: nothing at all when it is there. */
record Fetching(CheckoutContext context, GitSettings settings, Remote remote) {
    /** The commit and the one before, so that a build can see what the newest commit changed. */
    private static final int SHALLOW = 2;

    private static final int DEEPER = 100;
    /** Git's own number for "all of it". */
    private static final int ALL = Integer.MAX_VALUE;

    /** Fetches the commit, if it is not there. */
    void bring(Repository clone, @Nullable Branch branch, ObjectId commit)
            throws IOException, MaterialException, InterruptedException {
        boolean isShallow = Files.exists(clone.getDirectory().toPath().resolve("shallow"));
        boolean mustDeepen = isShallow && !settings.shallow();
        if (!mustDeepen && has(clone, commit)) {
            return;
        }
        Optional<MaterialException> refused;
        if (settings.shallow() && (isShallow || isEmpty(clone))) {
            if (byId(clone, commit, SHALLOW).isEmpty() && has(clone, commit)) {
                return;
            }
            refused = byName(clone, branch, SHALLOW);
            for (int depth : new int[] {DEEPER, ALL}) {
                if (refused.isPresent() || has(clone, commit)) {
                    break;
                }
                context.console().note("The commit lies deeper than what was fetched; fetching more");
                refused = byName(clone, branch, depth);
            }
        } else {
            refused = byName(clone, branch, mustDeepen ? ALL : 0);
        }
        if (has(clone, commit)) {
            return;
        }
        // Not on the branch: it was rewritten or deleted, but some servers still give what nobody refers to.
        Optional<MaterialException> byId = byId(clone, commit, 0);
        if (byId.isEmpty() && has(clone, commit)) {
            return;
        }
        throw new MaterialException(
                Kind.REVISION_NOT_FOUND,
                "Commit " + commit.name() + " is not to be had from "
                        + remote.url().shown() + " any more"
                        + (branch == null
                                ? ""
                                : ": it is not in branch \"" + branch.shown()
                                        + "\", which was rewritten or deleted. Start a run with a newer revision"),
                refused.or(() -> byId).orElse(null));
    }

    private static boolean has(Repository clone, ObjectId commit) throws IOException {
        try (RevWalk walk = new RevWalk(clone)) {
            walk.parseTree(walk.parseCommit(commit).getTree());
            return true;
        } catch (MissingObjectException | IncorrectObjectTypeException _) {
            return false;
        }
    }

    private static boolean isEmpty(Repository clone) throws IOException {
        return OwnRepository.packs(clone.getDirectory().toPath()) == 0;
    }

    private Optional<MaterialException> byId(Repository clone, ObjectId commit, int depth)
            throws MaterialException, InterruptedException {
        // JGit itself serves a folder, and only what some name leads to.
        return remote.isLocal()
                ? Optional.empty()
                : fetch(clone, List.of(new RefSpec(commit.name())), depth, TagOpt.NO_TAGS);
    }

    private Optional<MaterialException> byName(Repository clone, @Nullable Branch branch, int depth)
            throws MaterialException, InterruptedException {
        RefSpec spec = branch == null
                ? new RefSpec("+" + Constants.R_HEADS + "*:" + Constants.R_REMOTES + "origin/*")
                : new RefSpec("+" + branch.remote() + ":" + Constants.R_REMOTES + "origin/" + branch.local());
        return fetch(clone, List.of(spec), depth, settings.shallow() ? TagOpt.NO_TAGS : TagOpt.AUTO_FOLLOW);
    }

    /** Fetches; what the server did not like about the question is returned, what else went wrong is thrown. */
    private Optional<MaterialException> fetch(Repository clone, List<RefSpec> specs, int depth, TagOpt tags)
            throws MaterialException, InterruptedException {
        try {
            remote.fetch(clone, new Remote.Wanted(specs, depth, true, tags), new Progress(context.console()));
            return Optional.empty();
        } catch (MaterialException e) {
            if (e.kind() == Kind.OTHER && !Failures.isCorrupt(e)) {
                return Optional.of(e);
            }
            throw e;
        }
    }
}
