package dev.penstock.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What the machine allows, whatever the server: processes started and records made durable a second. */
final class MachineLimits {
    private MachineLimits() {}

    /** Processes of {@code true} started, waited for and read from, a second, by {@code threads} threads. */
    static double processesPerSecond(int count, int threads) throws InterruptedException {
        long start = System.nanoTime();
        try (var executor = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                work.add(executor.submit(() -> {
                    for (int k = 0; k < count / threads; k++) {
                        runTrue();
                    }
                    return null;
                }));
            }
            for (Future<?> each : work) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("The program \"true\" cannot be run", e);
        }
        return count / ProcessFacts.secondsSince(start);
    }

    static void runTrue() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("true").redirectErrorStream(true).start();
        process.getOutputStream().close();
        process.getInputStream().readAllBytes();
        if (process.waitFor() != 0) {
            throw new IOException("true ended with " + process.exitValue());
        }
    }

    /** Appends of 4 KiB, each made durable, a second. */
    static double durableAppendsPerSecond(Path folder, int count) throws IOException {
        Path file = Files.createTempFile(folder, "append", ".bin");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                channel.write(ByteBuffer.allocate(4096));
                channel.force(false);
            }
            return count / ProcessFacts.secondsSince(start);
        } finally {
            Files.delete(file);
        }
    }
}
