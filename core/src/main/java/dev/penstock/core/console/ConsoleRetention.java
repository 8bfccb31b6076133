package dev.penstock.core.console;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.ids.StageRunId;
import dev.penstock.core.run.RetentionRound;
import dev.penstock.core.run.RetentionRound.Some;
import dev.penstock.core.run.RetentionRules;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Deletes consoles by the rules, stage run by stage run. First they are marked in the database, from when on nobody reads
 * them; then their bytes go; so a kill at any moment leaves bytes that the next step deletes. Two servers that do so at
 * once delete the same things once. One thread at a time.
 */
final class ConsoleRetention {
    /** Rules in days need no more; a full disk is looked at with each step. */
    private static final Duration BETWEEN_RULES = Duration.ofHours(1);

    /** Looked at in one query. */
    private static final int CONSOLES = 1_000;

    private final Database database;
    private final ConsoleBytes bytes;
    private final RetentionRound round;

    ConsoleRetention(
            Database database, ConsoleBytes bytes, FreeSpace space, RetentionRules rules, InstantSource clock) {
        this.database = database;
        this.bytes = bytes;
        this.round = new RetentionRound(database, space, rules, new KeptConsoles(), BETWEEN_RULES, clock);
    }

    /** Does what is due; true when there may be more at once. */
    boolean step() throws IOException {
        boolean more = round.step();
        return deleteBytes() || more;
    }

    private final class KeptConsoles implements RetentionRound.Kept {
        @Override
        public String name() {
            return "consoles";
        }

        @Override
        public Some next(Handle handle, long after) {
            return ConsoleRetentionStore.next(handle, after, CONSOLES);
        }

        @Override
        public boolean take(Handle tx, StageRunId stage) {
            return ConsoleRetentionStore.mark(tx, stage);
        }

        @Override
        public boolean giveBack() throws IOException {
            return deleteBytes();
        }
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
