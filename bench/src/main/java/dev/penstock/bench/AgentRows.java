package dev.penstock.bench;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/** P8, P8b: what a thousand waiting agents cost, and how soon all are back after a restart. */
final class AgentRows {
    private static final int WATCH_SECONDS = 20;

    /** Buildbot's master needs so much for a connected worker. */
    private static final double BUILDBOT_KIBIBYTES = 114;

    private final Report report;
    private final Scale scale;

    AgentRows(Report report, Scale scale) {
        this.report = report;
        this.scale = scale;
    }

    void measure(Path folder) throws Exception {
        try (var bed = new TestBed(folder, Map.of());
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            HttpClient http = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .executor(executor)
                    .connectTimeout(Duration.ofSeconds(30))
                    .build();
            List<SimulatedAgent> agents = new ArrayList<>();
            for (int i = 0; i < scale.idleAgents(); i++) {
                var agent = new SimulatedAgent(http, bed.url(), "idle" + i);
                agent.join(bed.registrationKey(), List.of());
                agents.add(agent);
            }
            Thread.sleep(3000);
            double without = ProcessFacts.residentMebibytes(bed.serverPid());
            var parked = new Parked(agents, executor);
            Thread.sleep(5000);
            double processor = ProcessFacts.processorSeconds(bed.serverPid());
            Thread.sleep(1000L * WATCH_SECONDS);
            double share = 100 * (ProcessFacts.processorSeconds(bed.serverPid()) - processor) / WATCH_SECONDS;
            double each = (ProcessFacts.residentMebibytes(bed.serverPid()) - without) * 1024 / agents.size();
            String name = agents.size() + " idle agents";
            report.ratio("P8", name + ": memory of the server for each", each, BUILDBOT_KIBIBYTES, "KiB", 0.3);
            report.atMost("P8", name + ": CPU", share, "% of a core", 1);

            long stopped = System.nanoTime();
            bed.restart();
            long begin = System.nanoTime();
            parked.awaitAllBack(stopped);
            report.atMost("P8b", name + ": all back after a restart", ProcessFacts.secondsSince(begin), "s", 3);
            parked.stop();
        }
    }

    /** Agents that poll without end, each again as soon as its poll is answered or broken. */
    private static final class Parked {
        private final List<CompletableFuture<Void>> polls = new ArrayList<>();
        private final java.util.concurrent.atomic.AtomicInteger broken =
                new java.util.concurrent.atomic.AtomicInteger();
        private final java.util.concurrent.ConcurrentHashMap<Integer, Long> parkedSince =
                new java.util.concurrent.ConcurrentHashMap<>();
        private volatile boolean open = true;

        Parked(List<SimulatedAgent> agents, java.util.concurrent.ExecutorService executor) {
            for (int i = 0; i < agents.size(); i++) {
                int number = i;
                polls.add(CompletableFuture.runAsync(() -> keepPolling(number, agents.get(number)), executor));
            }
        }

        private void keepPolling(int number, SimulatedAgent agent) {
            while (open) {
                try {
                    var answer = agent.park(55);
                    parkedSince.put(number, System.nanoTime());
                    answer.get();
                } catch (java.io.IOException | java.util.concurrent.ExecutionException e) {
                    parkedSince.remove(number);
                    broken.incrementAndGet();
                } catch (InterruptedException _) {
                    return;
                }
            }
        }

        /** Until every agent has had an unbroken poll, begun after {@code stopped}, for half a second. */
        void awaitAllBack(long stopped) throws java.io.IOException, InterruptedException {
            dev.penstock.demo.Waiting.until("all agents are back", Duration.ofMinutes(2), () -> {
                long now = System.nanoTime();
                return parkedSince.size() == polls.size()
                        && parkedSince.values().stream()
                                .allMatch(since -> since - stopped > 0 && now - since > 500_000_000L);
            });
        }

        void stop() {
            open = false;
        }
    }
}
