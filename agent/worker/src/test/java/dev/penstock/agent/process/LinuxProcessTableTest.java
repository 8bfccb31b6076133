package dev.penstock.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
final class LinuxProcessTableTest {
    private final LinuxProcessTable table = new LinuxProcessTable();

    /** The kernel numbers threads as it numbers processes, and shows them under /proc to whoever asks for the number. */
    @Test
    void threadsAreNoProcesses() throws Exception {
        Process earliest = new ProcessBuilder("sleep", "300").start();
        var end = new CountDownLatch(1);
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 5; i++) {
            threads.add(Thread.ofPlatform().start(() -> awaitQuietly(end)));
        }
        SeenProcess first = table.find(earliest.pid()).orElseThrow();
        long us = ProcessHandle.current().pid();

        List<SeenProcess> found = table.startedAfter(first);
        end.countDown();
        earliest.destroyForcibly();

        assertThat(found).contains(first);
        // Threads have their process's session and parent; nothing else of ours that is as young was started here.
        long session = table.find(us).orElseThrow().session();
        long parent = table.find(us).orElseThrow().parent();
        assertThat(found).noneMatch(seen -> seen.session() == session && seen.parent() == parent && seen.pid() != us);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void awaitQuietly(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
