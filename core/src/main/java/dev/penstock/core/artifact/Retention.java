package dev.penstock.core.artifact;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.ids.StageRunId;
import dev.penstock.core.run.RetentionQuery;
import dev.penstock.core.run.RetentionRules;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
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
    private final FreeSpace space;
    private final RetentionRules rules;
    private final Duration grace;
    private final InstantSource clock;
    private @Nullable Instant rulesAt;
    /** How far the rules have come; from the beginning after a start. */
    private long after;

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
        this.space = space;
        this.rules = rules;
        this.grace = grace;
        this.clock = clock;
    }

    /** Does what is due; true when there may be more at once. */
    boolean step() throws IOException {
        boolean more = false;
        if (isDue(rulesAt, BETWEEN_RULES)) {
            more = applyRules();
            rulesAt = more ? rulesAt : clock.instant();
        }
        more |= purge();
        more |= deleteUnreferenced();
        if (isDue(sweptAt, BETWEEN_SWEEPS)) {
            sweep();
            sweptAt = clock.instant();
        }
        return more;
    }

    private boolean isDue(@Nullable Instant last, Duration between) {
        return last == null || !clock.instant().isBefore(last.plus(between));
    }

    /** By age and count, among some stages; true when there are more. */
    private boolean applyRules() {
        if (!rules.limitAgeOrCount()) {
            return false;
        }
        List<StageRunId> some = database.read(handle -> RetentionStore.next(handle, after, STAGES));
        for (StageRunId stage : deletable(some, false)) {
            delete(stage, false);
        }
        boolean more = some.size() == STAGES;
        after = more ? some.getLast().value() : 0;
        return more;
    }

    /** When the disk is nearly full, one stage after the other until there is room. */
    private boolean purge() throws IOException {
        if (rules.purgeBelowBytes() == 0 || space.look() >= rules.purgeBelowBytes()) {
            return false;
        }
        boolean any = false;
        List<StageRunId> some = database.read(handle -> RetentionStore.next(handle, 0, STAGES));
        while (!some.isEmpty()) {
            for (StageRunId stage : deletable(some, true)) {
                if (Thread.currentThread().isInterrupted() || hasRoom()) {
                    return false;
                }
                any |= delete(stage, true);
                while (deleteUnreferenced()) {
                    // Until what can go at once is gone.
                }
            }
            long last = some.getLast().value();
            some = database.read(handle -> RetentionStore.next(handle, last, STAGES));
        }
        if (!any) {
            log.atWarn()
                    .addKeyValue("freeMebibytes", space.look() >> 20)
                    .log(
                            "The disk is nearly full, and no artifacts may be deleted: all are kept, or newest of their kind");
        }
        return false;
    }

    /** Enough is on its way: bytes that a running job may have uploaded too go when it ends. */
    private boolean hasRoom() {
        return space.look() + database.read(BlobStore::pendingBytes) >= rules.purgeUntilBytes();
    }

    private List<StageRunId> deletable(List<StageRunId> among, boolean anyAge) {
        return database.read(handle -> RetentionQuery.deletable(handle, among, rules, anyAge));
    }

    private boolean delete(StageRunId stage, boolean anyAge) {
        boolean deleted = database.inTransaction(
                tx -> RetentionQuery.lock(tx, stage, rules, anyAge) && RetentionStore.delete(tx, stage));
        if (deleted) {
            log.atInfo().addKeyValue("stageRun", stage.value()).log("Artifacts deleted");
        }
        return deleted;
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
