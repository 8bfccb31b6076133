package dev.penstock.core.console;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.ids.StageRunId;
import dev.penstock.core.run.RetentionQuery;
import dev.penstock.core.run.RetentionRules;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes consoles by the rules, stage run by stage run. First they are marked in the database, from when on nobody reads
 * them; then their bytes go; so a kill at any moment leaves bytes that the next step deletes. Two servers that do so at
 * once delete the same things once. One thread at a time.
 */
final class ConsoleRetention {
    private static final Logger log = LoggerFactory.getLogger(ConsoleRetention.class);

    /** Rules in days need no more; a full disk is looked at with each step. */
    private static final Duration BETWEEN_RULES = Duration.ofHours(1);

    /** Looked at in one query. */
    private static final int CONSOLES = 1_000;

    private final Database database;
    private final ConsoleBytes bytes;
    private final FreeSpace space;
    private final RetentionRules rules;
    private final InstantSource clock;
    private @Nullable Instant rulesAt;
    /** How far the rules have come; from the beginning after a start. */
    private long after;

    ConsoleRetention(
            Database database, ConsoleBytes bytes, FreeSpace space, RetentionRules rules, InstantSource clock) {
        this.database = database;
        this.bytes = bytes;
        this.space = space;
        this.rules = rules;
        this.clock = clock;
    }

    /** Does what is due; true when there may be more at once. */
    boolean step() throws IOException {
        boolean more = deleteBytes();
        if (rules.limitAgeOrCount() && isDue()) {
            more |= applyRules();
        }
        more |= purge();
        return more;
    }

    private boolean isDue() {
        return rulesAt == null || !clock.instant().isBefore(rulesAt.plus(BETWEEN_RULES));
    }

    /** By age and count, among some consoles; true when there are more. */
    private boolean applyRules() throws IOException {
        ConsoleRetentionStore.Some some = next(after);
        for (StageRunId stage : deletable(some.stages(), false)) {
            mark(stage, false);
        }
        boolean more = some.count() == CONSOLES;
        after = more ? some.last() : 0;
        rulesAt = more ? rulesAt : clock.instant();
        return deleteBytes() || more;
    }

    /** When the disk is nearly full, one stage after the other until there is room. */
    private boolean purge() throws IOException {
        if (rules.purgeBelowBytes() == 0 || space.look() >= rules.purgeBelowBytes()) {
            return false;
        }
        boolean any = false;
        ConsoleRetentionStore.Some some = next(0);
        while (some.count() > 0) {
            for (StageRunId stage : deletable(some.stages(), true)) {
                if (Thread.currentThread().isInterrupted() || space.look() >= rules.purgeUntilBytes()) {
                    return false;
                }
                any |= mark(stage, true);
                while (deleteBytes()) {
                    // Until the room is there.
                }
            }
            some = next(some.last());
        }
        if (!any) {
            log.atWarn()
                    .addKeyValue("freeMebibytes", space.look() >> 20)
                    .log(
                            "The disk is nearly full, and no consoles may be deleted: all are kept, or newest of their kind");
        }
        return false;
    }

    private ConsoleRetentionStore.Some next(long last) {
        return database.read(handle -> ConsoleRetentionStore.next(handle, last, CONSOLES));
    }

    private List<StageRunId> deletable(List<StageRunId> among, boolean anyAge) {
        return database.read(handle -> RetentionQuery.deletable(handle, among, rules, anyAge));
    }

    private boolean mark(StageRunId stage, boolean anyAge) {
        int marked = database.inTransaction(
                tx -> RetentionQuery.lock(tx, stage, rules, anyAge) ? ConsoleRetentionStore.mark(tx, stage) : 0);
        if (marked > 0) {
            log.atInfo()
                    .addKeyValue("stageRun", stage.value())
                    .addKeyValue("count", marked)
                    .log("Consoles deleted");
        }
        return marked > 0;
    }

    /** Deletes the bytes of consoles that are marked; true when there are more. */
    private boolean deleteBytes() throws IOException {
        List<ConsoleId> leaving = database.read(handle -> ConsoleRetentionStore.leaving(handle, CONSOLES));
        for (ConsoleId id : leaving) {
            bytes.delete(id);
        }
        if (!leaving.isEmpty()) {
            database.useTransaction(tx -> ConsoleRetentionStore.gone(tx, leaving));
        }
        return leaving.size() == CONSOLES;
    }
}
