package dev.penstock.core.console;

import dev.penstock.core.console.ConsoleBytes.Packed;
import dev.penstock.core.console.ConsoleStore.Unpacked;
import dev.penstock.core.platform.db.Database;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs consoles that ended. Two servers that do so at once make the same file twice, and one row. A kill at any moment
 * leaves a console that is read as before, and is packed again.
 */
final class ConsolePacker {
    private static final Logger log = LoggerFactory.getLogger(ConsolePacker.class);

    /** An agent that was fenced may add bytes for three more seconds ({@code HeldAttempts}). */
    static final Duration GRACE = Duration.ofSeconds(10);

    /** One commit for so many: in a busy hour most consoles are short. */
    private static final int BATCH = 200;

    /** A batch also ends here, so that a stop of the server waits for one console of this size at most. */
    private static final long BATCH_BYTES = 256L << 20;

    private final Database database;
    private final ConsoleBytes bytes;
    private final Duration grace;

    ConsolePacker(Database database, ConsoleBytes bytes, Duration grace) {
        this.database = database;
        this.bytes = bytes;
        this.grace = grace;
    }

    /** Packs one batch; true when there may be more. */
    boolean step() throws IOException {
        List<Unpacked> found = database.read(handle -> ConsoleStore.unpacked(handle, grace, BATCH));
        Map<ConsoleId, Packed> packed = new LinkedHashMap<>();
        long total = 0;
        IOException failure = null;
        for (Unpacked each : found) {
            if (total >= BATCH_BYTES || Thread.currentThread().isInterrupted()) {
                break;
            }
            try {
                Packed result = bytes.pack(each.id());
                if (result.length() < each.length()) {
                    log.atError()
                            .addKeyValue("job", each.id().job().value())
                            .addKeyValue("attempt", each.id().attempt())
                            .addKeyValue("missingBytes", each.length() - result.length())
                            .log("A console is shorter than it was when it ended: its file was changed or lost");
                }
                packed.put(each.id(), result);
                total += result.length();
            } catch (IOException e) {
                // One damaged file must not keep the others from being packed.
                failure = e;
            }
        }
        if (!packed.isEmpty()) {
            database.useTransaction(tx -> ConsoleStore.packed(tx, packed));
        }
        if (failure != null) {
            throw failure;
        }
        return found.size() == BATCH || total >= BATCH_BYTES;
    }
}
