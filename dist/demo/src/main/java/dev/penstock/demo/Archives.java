package dev.penstock.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the build leaves the archives: in the project that the current folder belongs to. */
public final class Archives {
    private Archives() {}

    /** The folder form of the archive of {@code server} or {@code agent}. */
    public static Path folder(String part) throws IOException {
        Path target = root().resolve("dist").resolve(part).resolve("target");
        String name = "penstock-" + part + "-";
        List<Path> found;
        try (Stream<Path> folders = Files.exists(target) ? Files.list(target) : Stream.empty()) {
            found = folders.filter(Files::isDirectory)
                    .filter(folder -> folder.getFileName().toString().startsWith(name))
                    .toList();
        }
        if (found.size() != 1) {
            throw new IOException("The archive of the " + part + " is not in " + target + ": run ./dev dist");
        }
        Path outer = found.getFirst();
        return outer.resolve(outer.getFileName());
    }

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        for (Path folder = here; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("dist/server/pom.xml"))) {
                return folder;
            }
        }
        throw new IllegalStateException("\"" + here + "\" is not inside the project");
    }
}
