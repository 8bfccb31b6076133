package dev.penstock.core.platform.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code postmaster.pid} says about a running PostgreSQL: its process, port and status.
 *
 * @param pid the process
 * @param port where it listens; 0 while it does not say yet
 * @param status such as {@code ready}; empty while it does not say yet
 */
record Postmaster(long pid, int port, String status) {

    static Path file(Path cluster) {
        return cluster.resolve("postmaster.pid");
    }

    /** Reads the file; empty when there is none, or when it is being written. */
    static Optional<Postmaster> read(Path cluster) throws IOException {
        Path file = file(cluster);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.isEmpty()) {
                return Optional.empty();
            }
            int port = lines.size() > 3 ? Integer.parseInt(lines.get(3).strip()) : 0;
            String status = lines.size() > 7 ? lines.get(7).strip() : "";
            return Optional.of(new Postmaster(Long.parseLong(lines.getFirst().strip()), port, status));
        } catch (NumberFormatException | NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /** Whether the process is alive and serves the given cluster: after a crash its number may be another's. */
    boolean serves(Path cluster, Path program) {
        Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        if (process.isEmpty()) {
            return false;
        }
        ProcessHandle.Info info = process.get().info();
        if (info.arguments().isPresent()) {
            return List.of(info.arguments().get()).contains(cluster.toString());
        }
        return info.command()
                .map(command -> command.endsWith(String.valueOf(program.getFileName())))
                .orElse(false);
    }
}
