package dev.penstock.bench;

import dev.penstock.demo.Folders;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Measures the server beside the limits of the machine, in one run: {@code ./dev bench [--quick] [ROW ...]}. Ratios are
 * what counts; the seconds of one machine say little about another. The floor and the limits are measured between the
 * server's own rows, so that what else the machine does falls on both.
 */
public final class Bench {
    private static final Path RESULT = Path.of("bench", "target", "bench.jsonl");

    private final Report report = new Report(System.out);
    private final Scale scale;
    private final List<String> wanted;
    private final Path folder;

    private Bench(Scale scale, List<String> wanted, Path folder) {
        this.scale = scale;
        this.wanted = wanted;
        this.folder = folder;
    }

    public static void main(String[] arguments) throws Exception {
        List<String> words = List.of(arguments);
        Scale scale = words.contains("--quick") ? Scale.QUICK : Scale.FULL;
        List<String> wanted =
                words.stream().filter(word -> !word.startsWith("--")).toList();
        Path folder = Files.createTempDirectory("penstock-bench");
        var bench = new Bench(scale, wanted, folder);
        try {
            bench.run();
        } finally {
            Folders.delete(folder);
        }
    }

    private void run() throws Exception {
        Instant begun = Instant.now();
        System.out.printf(
                Locale.ROOT,
                "%s, %d processors, Java %s, load %.2f, %s%n%n",
                begun,
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                scale);
        group("limits", () -> new LimitRows(report).measure(folder.resolve("limits")));
        group("start", () -> new StartRows(report, scale).measure(folder.resolve("start")));
        group("jobs", () -> new JobRows(report, scale).measure(folder.resolve("jobs")));
        group("commits", () -> new CommitRows(report, scale).measure(folder.resolve("commits")));
        group("console", () -> new ConsoleRows(report, scale).measure(folder.resolve("console")));
        group("follow", () -> new FollowRow(report).measure(folder.resolve("follow")));
        group("agents", () -> new AgentRows(report, scale).measure(folder.resolve("agents")));
        group("history", () -> new HistoryRows(report, scale).measure(folder.resolve("history")));
        System.out.println();
        report.print();
        report.write(RESULT, begun);
        System.out.println();
        System.out.println("As JSON lines: " + RESULT);
    }

    @FunctionalInterface
    private interface Group {
        void measure() throws Exception;
    }

    /** A group that fails is a row of its own; the others are measured all the same. */
    private void group(String name, Group group) {
        if (!wanted.isEmpty() && !wanted.contains(name)) {
            return;
        }
        System.out.println(name);
        try {
            group.measure();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            report.failed(name, "the rest of this group", String.valueOf(e.getMessage()));
        } catch (Exception e) {
            report.failed(name, "the rest of this group", e.toString());
        }
    }
}
