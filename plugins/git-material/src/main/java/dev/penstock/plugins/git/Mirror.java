package dev.penstock.plugins.git;

import dev.penstock.plugin.material.MaterialContext;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.PollResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;

/**
 * The server's own copy of a branch: a bare repository in the material's cache folder, with all commits and, where the
 * other side can leave them out, without the contents of files. It can be thrown away at any time.
 *
 * <p>It is never shallow: without the whole history the merge of an old branch would look like many new commits.
 */
final class Mirror {
    private static final String TIP = "refs/penstock/tip";
    /** A file that is there when the server does not know how to leave contents out. */
    private static final String WITH_CONTENTS = "with-contents";
    /** Each fetch leaves one; then the mirror is made anew, which is cheaper than collecting garbage without contents. */
    private static final int MOST_PACKS = 300;

    private Mirror() {}

    /** What is new on a branch whose tip was just seen to be another one. */
    static PollResult history(
            MaterialContext context, Remote remote, Branch branch, ObjectId tip, Optional<String> lastKnown)
            throws MaterialException, InterruptedException {
        if (remote.isLocal()) {
            try (Repository repository = remote.openLocal()) {
                remote.size().check(repository.getDirectory().toPath());
                return new History(repository, remote.url()).since(tip, lastKnown);
            } catch (IOException | RuntimeException e) {
                throw remote.failure(e);
            }
        }
        Path folder = context.cacheDirectory().resolve("mirror.git");
        boolean fresh = !Disk.isFolder(folder);
        try {
            if (!fresh && OwnRepository.packs(folder) > MOST_PACKS) {
                Disk.delete(folder);
                fresh = true;
            }
            return updated(folder, remote, branch, lastKnown);
        } catch (Size.Exceeded e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            if (fresh) {
                throw remote.failure(e);
            }
        } catch (MaterialException e) {
            if (fresh || !Failures.isCorrupt(e)) {
                throw e;
            }
        }
        // The mirror itself may be what is broken, by a crash or a full disk: once more without it.
        try {
            Disk.delete(folder);
            return updated(folder, remote, branch, lastKnown);
        } catch (IOException | RuntimeException e) {
            throw remote.failure(e);
        }
    }

    private static PollResult updated(Path folder, Remote remote, Branch branch, Optional<String> lastKnown)
            throws IOException, MaterialException, InterruptedException {
        try (Repository repository = OwnRepository.bare(folder, remote.url(), remote.size())) {
            var tip = List.of(new RefSpec("+" + branch.remote() + ":" + TIP));
            Path all = folder.resolve(WITH_CONTENTS);
            if (!Files.exists(all)) {
                try {
                    remote.fetch(repository, new Remote.Wanted(tip, 0, false, TagOpt.NO_TAGS), new Jgit.Quiet());
                } catch (MaterialException e) {
                    if (!Failures.isWithoutFilter(e)) {
                        throw e;
                    }
                    Files.createFile(all);
                }
            }
            if (Files.exists(all)) {
                remote.fetch(repository, new Remote.Wanted(tip, 0, true, TagOpt.NO_TAGS), new Jgit.Quiet());
            }
            Ref fetched = repository.exactRef(TIP);
            if (fetched == null || fetched.getObjectId() == null) {
                throw new IOException("The fetched branch is not there");
            }
            return new History(repository, remote.url()).since(fetched.getObjectId(), lastKnown);
        }
    }
}
