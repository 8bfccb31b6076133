package dev.penstock.core.platform.db;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Starts PostgreSQL's programs so that they accept their user: they refuse to run as root. A server that runs as root
 * starts them in a user namespace of its own, or as the operating system's user {@code penstock} or {@code postgres}.
 *
 * @param prefix what stands before each command
 * @param owner the user that the folders must belong to, if it is not the server's; empty otherwise
 */
record Launcher(List<String> prefix, String owner) {
    private static final Duration PROBE = Duration.ofSeconds(10);
    /** Programs such as initdb end within seconds; a hanging disk must not hang the start for good. */
    private static final Duration COMMAND = Duration.ofMinutes(2);

    Launcher {
        prefix = List.copyOf(prefix);
    }

    /** Finds the way for the user that owns {@code folder}, which the server has just made. */
    static Launcher forOwnerOf(Path folder) throws IOException {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("unix")
                || !Integer.valueOf(0).equals(Files.getAttribute(folder, "unix:uid"))) {
            return new Launcher(List.of(), "");
        }
        if (succeeds(List.of("unshare", "--user", "true"))) {
            return new Launcher(List.of("unshare", "--user"), "");
        }
        for (String user : List.of("penstock", "postgres")) {
            var prefix = List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--init-groups");
            var probe = new ArrayList<>(prefix);
            probe.addAll(List.of("test", "-x", folder.toAbsolutePath().getParent() + "/."));
            if (succeeds(probe)) {
                return new Launcher(prefix, user);
            }
        }
        throw new IOException(
                "PostgreSQL does not run as root, user namespaces are not allowed here, and there is no user"
                        + " \"penstock\" or \"postgres\" that can reach \"" + folder
                        + "\". Run Penstock as an ordinary user, or make"
                        + " the user (useradd --system penstock) and let it pass the folders above, or set database.url");
    }

    /** Starts a program in the background; its output goes to the file. */
    Process start(List<String> command, Path output) throws IOException {
        return builder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    /** Runs a program to its end. */
    void run(List<String> command) throws IOException {
        Process process = builder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        try {
            var output = new String[] {""};
            Thread reader = Thread.ofVirtual().start(() -> output[0] = text(process));
            if (!process.waitFor(COMMAND.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IOException("No end after " + COMMAND.toSeconds() + " s: " + String.join(" ", command));
            }
            reader.join();
            if (process.exitValue() != 0) {
                throw new IOException(
                        "Exit code " + process.exitValue() + " of " + command.getFirst() + ": " + output[0]);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted: " + command.getFirst(), e);
        }
    }

    /** Hands a path to the user that PostgreSQL runs as. */
    void handOver(Path path) throws IOException {
        if (!owner.isEmpty()) {
            Files.setOwner(
                    path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(owner));
        }
    }

    private ProcessBuilder builder(List<String> command) {
        var all = new ArrayList<>(prefix);
        all.addAll(command);
        var builder = new ProcessBuilder(all);
        // Nothing of ours reaches PostgreSQL: settings such as PGPORT or PGDATA would change what it does.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("PENSTOCK"));
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        return builder;
    }

    private static String text(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "(its output could not be read: " + e.getMessage() + ")";
        }
    }

    private static boolean succeeds(List<String> command) throws IOException {
        try {
            Process probe = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return probe.waitFor(PROBE.toMillis(), TimeUnit.MILLISECONDS) && probe.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted: " + command.getFirst(), e);
        } catch (IOException e) {
            return false; // The command does not exist here: the next way is tried.
        }
    }
}
