package dev.penstock.core.artifact;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.ids.StageRunId;
import dev.penstock.core.run.RetentionRound;
import dev.penstock.core.run.RetentionRound.Some;
import dev.penstock.core.run.RetentionRules;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes artifacts by the rules, and bytes that nobody refers to. Two servers that do so at once delete the same things
 * once: each change is guarded by a row's lock. One thread at a time.
 */
final class Retention {
    private static final Logger log = LoggerFactory.getLogger(Retention.class);

    /** Bytes that were uploaded last so long ago go when nobody refers to them and no job runs that may have uploaded them. */
    static final Duration GRACE = Duration.ofMinutes(10);

    /** Files without a row: far longer than an upload waits between the two. */
    private static final Duration SWEPT_FROM = Duration.ofHours(24);

    /** Rules in days need no more; a full disk is looked at with each step. */
    private static final Duration BETWEEN_RULES = Duration.ofMinutes(10);

    private static final Duration BETWEEN_SWEEPS = Duration.ofHours(24);

    /** Looked at in one query. */
    private static final int STAGES = 500;

    private static final int BLOBS = 200;
    private static final int SWEPT = 1_000;

    private final Database database;
    private final BlobBytes bytes;
    private final Duration grace;
    private final InstantSource clock;
    private final RetentionRound round;
    private @Nullable Instant sweptAt;

    Retention(
            Database database,
            BlobBytes bytes,
            FreeSpace space,
            RetentionRules rules,
            Duration grace,
            InstantSource clock) {
        this.database = database;
        this.bytes = bytes;
        this.grace = grace;
        this.clock = clock;
        this.round = new RetentionRound(database, space, rules, new KeptArtifacts(), BETWEEN_RULES, clock);
    }

    /** Does what is due; true when there may be more at once. */
    boolean step() throws IOException {
        boolean more = round.step();
        more |= deleteUnreferenced();
        if (sweptAt == null || !clock.instant().isBefore(sweptAt.plus(BETWEEN_SWEEPS))) {
            sweep();
            sweptAt = clock.instant();
        }
        return more;
    }

    private final class KeptArtifacts implements RetentionRound.Kept {
        @Override
        public String name() {
            return "artifacts";
        }

        @Override
        public Some next(Handle handle, long after) {
            List<StageRunId> stages = RetentionStore.next(handle, after, STAGES);
            return new Some(stages, stages.isEmpty() ? after : stages.getLast().value(), stages.size() == STAGES);
        }

        @Override
        public boolean take(Handle tx, StageRunId stage) {
            return RetentionStore.delete(tx, stage);
        }

        @Override
        public boolean giveBack() throws IOException {
            return deleteUnreferenced();
        }

        /** Bytes that a running job may have uploaded too go when it ends. */
        @Override
        public long pendingBytes() {
            return database.read(BlobStore::pendingBytes);
        }
    }

    /**
     * Deletes bytes that nobody refers to. The file goes while its row is locked, inside of the transaction although that
     * touches a file: an upload of the same hash waits for the row, and then stores its bytes anew.
     */
    private boolean deleteUnreferenced() throws IOException {
        int count = database.inTransaction(tx -> {
            List<String> hashes = BlobStore.deleteUnreferenced(tx, grace, BLOBS);
            for (String sha256 : hashes) {
                try {
                    bytes.delete(sha256);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException("A blob cannot be deleted", e);
                }
            }
            return hashes.size();
        });
        return count == BLOBS;
    }

    /** Once a day: what was left by kills, at either side. */
    private void sweep() throws IOException {
        bytes.sweepIncoming(clock.instant());
        List<BlobBytes.Found> found = new ArrayList<>();
        int[] adopted = {0};
        bytes.forEach(clock.instant().minus(SWEPT_FROM), each -> {
            found.add(each);
            if (found.size() >= SWEPT) {
                adopted[0] += adopt(found);
            }
        });
        adopted[0] += adopt(found);
        database.useTransaction(RetentionStore::renewHints);
        if (adopted[0] > 0) {
            log.atInfo().addKeyValue("count", adopted[0]).log("Files without a row will be deleted");
        }
    }

    private int adopt(List<BlobBytes.Found> found) {
        if (found.isEmpty()) {
            return 0;
        }
        int adopted = database.inTransaction(tx -> BlobStore.adopt(tx, found));
        found.clear();
        return adopted;
    }
}
