package dev.penstock.plugins.git;

import dev.penstock.plugin.material.CheckoutContext;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheCheckout;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.GC;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.pack.PackConfig;
import org.jspecify.annotations.Nullable;

/** Brings a folder of an agent to a commit: fetches what is missing, removes what is too much, writes what differs. */
final class Checkout {
    /** Every fetch leaves a pack; with many of them reading gets slow. */
    private static final int MOST_PACKS = 50;
    /** Larger packs stay as they are: putting them together would need more memory than an agent should take. */
    private static final long LARGEST_TO_TIDY = 512L << 20;

    private final CheckoutContext context;
    private final GitSettings settings;
    private final Traffic.Budget budget;

    Checkout(CheckoutContext context, GitSettings settings, Size size) {
        this.context = context;
        this.settings = settings;
        this.budget = new Traffic.Budget(context.fetchLimitBytes(), size);
    }

    /** Checks out the material. */
    void run(ObjectId commit) throws MaterialException, InterruptedException {
        bring(context.directory(), settings.url(), settings.access(), settings.branch(), commit, 0);
    }

    GitSettings settings() {
        return settings;
    }

    /**
     * Brings a folder to a commit; its submodules by {@link Submodules}, which calls back.
     *
     * @param branch null for a submodule, of which only the commit is known
     * @param depth 0 for the material itself, 1 for its submodules
     */
    void bring(Path folder, GitUrl url, Access access, @Nullable Branch branch, ObjectId commit, int depth)
            throws MaterialException, InterruptedException {
        try (var remote = new Remote(url, access, context, budget)) {
            try {
                Files.createDirectories(folder);
                Path git = folder.resolve(Constants.DOT_GIT);
                boolean fresh = !Disk.isFolder(git);
                if (!fresh && !OwnRepository.origin(folder).equals(Optional.of(url.shown()))) {
                    context.console().note("The folder holds a clone of something else, which is removed");
                    Disk.delete(git);
                    fresh = true;
                }
                try {
                    attempt(folder, remote, branch, commit, depth);
                } catch (IOException | RuntimeException | MaterialException e) {
                    if (fresh || !Failures.isCorrupt(e)) {
                        throw e;
                    }
                    context.console().note("The clone in the folder is damaged and is made anew");
                    Disk.delete(git);
                    attempt(folder, remote, branch, commit, depth);
                }
            } catch (IOException | RuntimeException e) {
                throw remote.failure(e);
            }
        }
    }

    private void attempt(Path folder, Remote remote, @Nullable Branch branch, ObjectId commit, int depth)
            throws IOException, MaterialException, InterruptedException {
        try (Repository repository = OwnRepository.withFiles(folder, remote.url(), branch, remote.size())) {
            String of = remote.url().shown() + (branch == null ? "" : ", branch " + branch.shown());
            context.console().note("Checking out " + GitMaterial.shortened(commit.name()) + " of " + of);
            new Fetching(context, settings, remote).bring(repository, branch, commit);
            try (RevWalk walk = new RevWalk(repository)) {
                RevCommit target = walk.parseCommit(commit);
                new LargeFiles(repository, remote.size()).check(target.getTree());
                new Leftovers(repository, settings).remove(target.getTree());
                write(repository, target);
                point(repository, branch, commit);
                new Submodules(this, repository, remote.url(), remote.access()).bring(target.getTree(), depth);
            }
            tidy(repository);
        }
    }

    /** What {@code git reset --hard} does. */
    private void write(Repository repository, RevCommit target) throws IOException, InterruptedException {
        DirCache index = repository.lockDirCache();
        try {
            var checkout = new DirCacheCheckout(repository, index, target.getTree());
            checkout.setFailOnConflict(false);
            checkout.setProgressMonitor(new Progress(context.console()));
            checkout.checkout();
        } finally {
            index.unlock();
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** HEAD is the branch, as builds expect that ask git where they are; a bare commit where that name is not possible. */
    private static void point(Repository repository, @Nullable Branch branch, ObjectId commit) throws IOException {
        if (branch != null) {
            String name = Constants.R_HEADS + branch.local();
            RefUpdate update = repository.updateRef(name);
            update.setNewObjectId(commit);
            update.disableRefLog();
            if (succeeded(update.forceUpdate())) {
                RefUpdate head = repository.updateRef(Constants.HEAD);
                head.disableRefLog();
                if (succeeded(head.link(name))) {
                    return;
                }
            }
        }
        RefUpdate head = repository.updateRef(Constants.HEAD, true);
        head.setNewObjectId(commit);
        head.disableRefLog();
        RefUpdate.Result result = head.forceUpdate();
        if (!succeeded(result)) {
            throw new IOException("HEAD cannot be set: " + result);
        }
    }

    private static boolean succeeded(RefUpdate.Result result) {
        return switch (result) {
            case NEW, FORCED, FAST_FORWARD, NO_CHANGE, RENAMED -> true;
            case NOT_ATTEMPTED,
                    LOCK_FAILURE,
                    REJECTED,
                    REJECTED_CURRENT_BRANCH,
                    IO_FAILURE,
                    REJECTED_MISSING_OBJECT,
                    REJECTED_OTHER_REASON -> false;
        };
    }

    private void tidy(Repository repository) throws IOException, MaterialException, InterruptedException {
        Path git = repository.getDirectory().toPath();
        if (OwnRepository.packs(git) <= MOST_PACKS || OwnRepository.bytesOfPacks(git) > LARGEST_TO_TIDY) {
            return;
        }
        context.console().note("Tidying up the clone, which has many packs of objects");
        try {
            var collector = new GC((FileRepository) repository);
            var packing = new PackConfig(repository);
            // Neither much memory nor much time: objects stay as they came.
            packing.setDeltaCompress(false);
            packing.setThreads(1);
            collector.setPackConfig(packing);
            collector.setProgressMonitor(new Progress(context.console()));
            // Nobody else uses it, so what was put together elsewhere, or is referred to by nothing, can go at once.
            collector.setPackExpireAgeMillis(0);
            collector.setExpireAgeMillis(0);
            collector.gc().get();
        } catch (GitAPIException | ParseException | ExecutionException e) {
            throw new MaterialException(Kind.OTHER, "The clone cannot be tidied up: " + e.getMessage(), e);
        }
    }
}
