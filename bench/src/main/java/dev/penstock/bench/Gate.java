package dev.penstock.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Tells at which moment a job's process said something: jobs write a line into a named pipe, and one thread reads it. A
 * file's time would be coarse, and asking for the time in the job would be a process more.
 */
final class Gate implements AutoCloseable {
    /** @param nanos when the line arrived, by {@link System#nanoTime()} */
    record Said(String line, long nanos) {}

    private final Path pipe;
    private final BlockingQueue<Said> said = new LinkedBlockingQueue<>();
    private final Process holder;

    Gate(Path folder) throws IOException, InterruptedException {
        pipe = folder.resolve("gate");
        if (new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() != 0) {
            throw new IOException("mkfifo " + pipe + " failed");
        }
        // Keeps the pipe open for writing, so that the reader does not see its end between two jobs.
        holder = new ProcessBuilder("sh", "-c", "exec sleep 86400 > '" + pipe + "'").start();
        Thread.ofPlatform().daemon().start(this::read);
    }

    /** What a job runs to say a line; {@code $} variables are the job's. */
    String command(String line) {
        return "echo \"" + line + "\" > '" + pipe + "'";
    }

    /** The next line, waiting at most a minute. */
    Said next() throws IOException, InterruptedException {
        Said next = said.poll(60, TimeUnit.SECONDS);
        if (next == null) {
            throw new IOException("No job has started within a minute");
        }
        return next;
    }

    private void read() {
        try (BufferedReader lines = Files.newBufferedReader(pipe, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(new Said(line, System.nanoTime()));
            }
        } catch (IOException e) {
            throw new IllegalStateException("The gate is broken", e);
        }
    }

    @Override
    public void close() {
        holder.destroyForcibly();
    }
}
