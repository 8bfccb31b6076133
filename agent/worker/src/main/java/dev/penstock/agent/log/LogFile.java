package dev.penstock.agent.log;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** A file of lines, which begins anew when it is large and keeps two older ones. Thread-safe by its monitor. */
final class LogFile {
    private static final long MAX_BYTES = 10_000_000;
    private static final int OLDER = 2;

    private final Path file;
    private final long maxBytes;
    private @Nullable FileOutputStream out;
    private long length;

    LogFile(Path file) {
        this(file, MAX_BYTES);
    }

    LogFile(Path file, long maxBytes) {
        this.file = file;
        this.maxBytes = maxBytes;
    }

    /** Appends text; a log that cannot be written stops nobody's work. */
    synchronized void append(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            FileOutputStream to = out;
            if (to == null || length >= maxBytes) {
                to = open();
            }
            to.write(bytes);
            length += bytes.length;
        } catch (IOException e) {
            System.err.println("penstock-agent: the log cannot be written: " + e.getMessage());
            System.err.print(text);
        }
    }

    private FileOutputStream open() throws IOException {
        if (out != null) {
            out.close();
            out = null;
        }
        Files.createDirectories(file.getParent());
        if (file.toFile().length() >= maxBytes) {
            for (int i = OLDER; i > 0; i--) {
                Path from = i == 1 ? file : numbered(i - 1);
                if (Files.exists(from)) {
                    Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        var opened = new FileOutputStream(file.toFile(), true);
        length = file.toFile().length();
        out = opened;
        return opened;
    }

    private Path numbered(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }
}
