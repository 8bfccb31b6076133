package dev.penstock.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A {@link Floor} in a process of its own, and agents for it in this one. */
final class FloorRun implements AutoCloseable {
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final Process server;
    private final String url;
    private final List<Thread> agents = new ArrayList<>();
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final AtomicInteger done = new AtomicInteger();
    private final ConcurrentMap<String, Long> startedNanos = new ConcurrentHashMap<>();

    FloorRun(int port, String jdbcUrl, Path folder, int agentCount) throws IOException, InterruptedException {
        url = "http://127.0.0.1:" + port;
        server = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Floor.class.getName(),
                        Integer.toString(port),
                        jdbcUrl,
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("floor.log").toFile())
                .start();
        awaitAnswer();
        for (int i = 0; i < agentCount; i++) {
            agents.add(Thread.ofPlatform().daemon().start(this::work));
        }
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (System.nanoTime() < deadline) {
            try {
                get("/state/0");
                return;
            } catch (IOException _) {
                if (!server.isAlive()) {
                    throw new IOException("The floor server ended with " + server.exitValue());
                }
                Thread.onSpinWait();
            }
        }
        throw new IOException("The floor server does not answer");
    }

    private void work() {
        try {
            String id = get("/poll");
            while (open.get()) {
                startedNanos.put(id, System.nanoTime());
                MachineLimits.runTrue();
                done.incrementAndGet();
                id = post("/done/" + id);
            }
        } catch (IOException e) {
            if (open.get()) {
                throw new IllegalStateException("An agent of the floor failed", e);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** One job at a time with random gaps: from the trigger until the process starts, and until it is seen finished. */
    Latency latency(int jobs, long seed) throws IOException, InterruptedException {
        var random = new Random(seed);
        long[] started = new long[jobs];
        long[] finished = new long[jobs];
        for (int i = 0; i < jobs; i++) {
            Thread.sleep(random.nextInt(5, 40));
            long begin = System.nanoTime();
            String id = post("/trigger");
            while (!get("/state/" + id).equals("2")) {
                Thread.onSpinWait();
            }
            finished[i] = System.nanoTime() - begin;
            started[i] = Objects.requireNonNull(startedNanos.remove(id), "A job that is done has started") - begin;
        }
        return new Latency(Figures.of(started), Figures.of(finished));
    }

    /** Jobs a second, all triggered at once. */
    double throughput(int jobs) throws IOException, InterruptedException {
        int before = done.get();
        long begin = System.nanoTime();
        for (int i = 0; i < jobs; i++) {
            post("/trigger");
        }
        while (done.get() - before < jobs) {
            Thread.sleep(1);
        }
        return jobs / ProcessFacts.secondsSince(begin);
    }

    /** From the trigger on. */
    record Latency(Figures started, Figures finished) {}

    /** Seconds in which the floor receives a body and has it in a file; for a floor without agents. */
    double receive(byte[] body) throws IOException, InterruptedException {
        post("/trigger");
        post("/trigger"); // what is done is answered with the next one
        String id = get("/poll");
        try (var sender = new ByteSender(URI.create(url).getPort(), "")) {
            long begin = System.nanoTime();
            sender.send("POST", "/done/" + id, body, 0, body.length);
            return ProcessFacts.secondsSince(begin);
        }
    }

    private String get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString())
                .body();
    }

    private String post(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url + path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return http.send(request, BodyHandlers.ofString()).body();
    }

    @Override
    public void close() {
        open.set(false);
        server.destroy();
        for (Thread agent : agents) {
            agent.interrupt();
        }
    }
}
