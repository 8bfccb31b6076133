package dev.penstock.core.run;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** A line that the server itself writes to a console, in the form of {@code docs/console.md}. */
public final class ConsoleLine {
    /** Always 24 characters, also at a full second. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private static final int MOST_BYTES = 16 * 1024;

    private ConsoleLine() {}

    /** Something went wrong: what, where, and what to do, in one line. */
    public static byte[] trouble(Instant at, String text) {
        String line = text.strip().replaceAll("\\R", " ");
        while (line.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            line = line.substring(0, line.length() / 2);
        }
        return (TIME.format(at) + " !! " + line + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
