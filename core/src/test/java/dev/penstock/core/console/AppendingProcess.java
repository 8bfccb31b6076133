package dev.penstock.core.console;

import dev.penstock.core.platform.ids.JobRunId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

/** A process of its own that appends to a console without end, and says what it has acknowledged; to be killed. */
final class AppendingProcess {
    static final ConsoleId ID = new ConsoleId(new JobRunId(1), 1);

    private AppendingProcess() {}

    public static void main(String[] arguments) throws IOException {
        var folder = new ConsoleFolder(Path.of(arguments[0]), Instant.EPOCH);
        long length = 0;
        for (int number = 0; ; number++) {
            byte[] line = line(number).getBytes(StandardCharsets.UTF_8);
            length = folder.append(ID, length, ByteBuffer.wrap(line), Long.MAX_VALUE);
            System.out.println(length);
            System.out.flush();
        }
    }

    static String line(int number) {
        return "line " + number + " of an endless log\n";
    }
}
