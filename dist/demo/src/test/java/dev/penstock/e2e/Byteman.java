package dev.penstock.e2e;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A Java machine that ends itself at a kill point that is armed. All points are known to it from its start, so that a
 * running process can be armed; an armed point is a file, and who can delete it ends.
 */
final class Byteman {
    private final Path folder;
    private final List<KillPoint> points;

    /** @param folder where rules and a start script are made */
    Byteman(Path folder, List<KillPoint> points) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.points = List.copyOf(points);
        Files.writeString(rules(), points.stream().map(this::rule).collect(Collectors.joining("\n")));
        // The archives' own Java is too small for Byteman, and what a job starts must not have it.
        Path script = Path.of(java());
        Path real = Path.of(System.getProperty("java.home"), "bin", "java");
        Files.writeString(script, """
                #!/bin/sh
                exec '%s' -XX:TieredStopAtLevel=1 '-javaagent:%s=script:%s' "$@"
                """.formatted(real, jar(), rules()));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    /** A program to be used as {@code PENSTOCK_JAVA}. */
    String java() {
        return folder.resolve("java").toString();
    }

    /** The next process that passes the point ends there. */
    void arm(KillPoint point) throws IOException {
        Files.createFile(file(point));
    }

    /** Whether nobody has passed the point since it was armed. */
    boolean isArmed(KillPoint point) {
        return Files.exists(file(point));
    }

    void disarm(KillPoint point) throws IOException {
        Files.deleteIfExists(file(point));
    }

    private String rule(KillPoint point) {
        String caller =
                point.caller().isEmpty() ? "" : " AND callerEquals(\"" + point.caller() + "\", true, true, 1, 100)";
        return """
                RULE %s
                CLASS %s
                METHOD %s
                AT %s
                BIND armed:java.io.File = new java.io.File("%s")
                IF armed.exists()%s AND armed.delete()
                DO killJVM()
                ENDRULE
                """.formatted(point.name(), point.type(), point.method(), point.place(), file(point), caller);
    }

    private Path rules() {
        return folder.resolve("rules.btm");
    }

    private Path file(KillPoint point) {
        return folder.resolve("armed-" + points.indexOf(point));
    }

    private static String jar() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> Path.of(entry).getFileName().toString().startsWith("byteman-"))
                .findFirst()
                .orElseThrow();
    }
}
