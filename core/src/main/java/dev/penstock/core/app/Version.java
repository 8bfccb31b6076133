package dev.penstock.core.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Which Penstock this is. */
final class Version {
    private static final String FILE = "/penstock-version.txt";

    private Version() {}

    /** Three numbers, such as {@code 0.1.0}; written into the program when it is built. */
    static String current() {
        try (InputStream in = Version.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is missing in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
