package dev.penstock.core.run;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.ids.StageRunId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes from old stage runs what is kept of them: by age and count some of them at a time, and on a disk that is nearly full
 * one after the other until there is room. Two servers that do so at once take the same things once. One thread at a time.
 */
public final class RetentionRound {
    private static final Logger log = LoggerFactory.getLogger(RetentionRound.class);

    private final Database database;
    private final FreeSpace space;
    private final RetentionRules rules;
    private final Kept kept;
    private final Duration between;
    private final InstantSource clock;
    private @Nullable Instant appliedAt;
    /** How far the rules have come; from the beginning after a start. */
    private long after;

    /** @param between how long after all were looked at by age and count they are again; the disk is looked at each time */
    public RetentionRound(
            Database database,
            FreeSpace space,
            RetentionRules rules,
            Kept kept,
            Duration between,
            InstantSource clock) {
        this.database = database;
        this.space = space;
        this.rules = rules;
        this.kept = kept;
        this.between = between;
        this.clock = clock;
    }

    /** Something that is kept of stage runs. */
    public interface Kept {
        /** For the log, such as {@code artifacts}. */
        String name();

        /** Stage runs that have some, nearly the oldest first, from behind the last of an earlier answer on; 0 for all. */
        Some next(Handle handle, long after);

        /** Takes what a stage run has, whose run is locked; false when there is nothing that can go. */
        boolean take(Handle tx, StageRunId stage);

        /** Gives back the room of what was taken; true when there may be more to give back at once. */
        boolean giveBack() throws IOException;

        /** What will be given back by itself. */
        default long pendingBytes() {
            return 0;
        }
    }

    /**
     * Some stage runs.
     *
     * @param last where the next begin
     * @param more whether there may be others
     */
    public record Some(List<StageRunId> stages, long last, boolean more) {
        public Some {
            stages = List.copyOf(stages);
        }
    }

    /** Does what is due; true when there may be more at once. */
    public boolean step() throws IOException {
        boolean more = isDue() && applyRules();
        purge();
        return more;
    }

    private boolean isDue() {
        return rules.limitAgeOrCount() && (appliedAt == null || !clock.instant().isBefore(appliedAt.plus(between)));
    }

    private boolean applyRules() {
        Some some = next(after);
        for (StageRunId stage : deletable(some, false)) {
            take(stage, false);
        }
        after = some.more() ? some.last() : 0;
        appliedAt = some.more() ? appliedAt : clock.instant();
        return some.more();
    }

    private void purge() throws IOException {
        if (rules.purgeBelowBytes() == 0 || space.look() >= rules.purgeBelowBytes()) {
            return;
        }
        boolean any = false;
        Some some;
        long last = 0;
        do {
            some = next(last);
            last = some.last();
            for (StageRunId stage : deletable(some, true)) {
                if (Thread.currentThread().isInterrupted() || hasRoom()) {
                    return;
                }
                any |= take(stage, true);
                while (kept.giveBack()) {
                    // Until what can go at once is gone.
                }
            }
        } while (some.more());
        if (!any) {
            log.atWarn()
                    .addKeyValue("what", kept.name())
                    .addKeyValue("freeMebibytes", space.look() >> 20)
                    .log("The disk is nearly full, and nothing may be deleted: all is kept, or newest of its kind");
        }
    }

    private boolean hasRoom() throws IOException {
        return space.look() + kept.pendingBytes() >= rules.purgeUntilBytes();
    }

    private Some next(long behind) {
        return database.read(handle -> kept.next(handle, behind));
    }

    private List<StageRunId> deletable(Some some, boolean anyAge) {
        return database.read(handle -> RetentionQuery.deletable(handle, some.stages(), rules, anyAge));
    }

    private boolean take(StageRunId stage, boolean anyAge) {
        boolean taken =
                database.inTransaction(tx -> RetentionQuery.lock(tx, stage, rules, anyAge) && kept.take(tx, stage));
        if (taken) {
            log.atInfo()
                    .addKeyValue("what", kept.name())
                    .addKeyValue("stageRun", stage.value())
                    .log("Deleted by retention");
        }
        return taken;
    }
}
