package dev.penstock.core.ops;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.worker.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether this server can do its work. Looked at no more than once a second, however many ask, and nobody waits longer
 * than {@link #PATIENCE} for the answer. Thread-safe.
 */
final class Health {
    private static final Duration FRESH = Duration.ofSeconds(1);

    /** A load balancer that waits longer would send nobody here anyway. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** PostgreSQL ends when its log cannot grow (finding 6); its log grows in files of 16 MiB. */
    private static final long MIN_FREE_BYTES = 256L << 20;

    private final Database database;
    private final Path data;
    private final Supplier<Collection<Worker>> workers;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable CompletableFuture<Report> newest;
    private long begunAt;

    Health(Database database, Path data, Supplier<Collection<Worker>> workers, InstantSource clock) {
        this.database = database;
        this.data = data;
        this.workers = workers;
        this.clock = clock;
    }

    /** How the whole is. */
    enum Status {
        /** All is well. */
        READY,
        /** It works; something fails that is tried again. */
        DEGRADED,
        /** Send nobody here. */
        NOT_READY
    }

    /** @param message empty when all is well */
    record Check(String name, Status status, String message) {}

    record Report(Status status, List<Check> checks) {
        Report {
            checks = List.copyOf(checks);
        }

        static Report of(List<Check> checks) {
            Status worst = Status.READY;
            for (Check check : checks) {
                worst = check.status().compareTo(worst) > 0 ? check.status() : worst;
            }
            return new Report(worst, checks);
        }
    }

    Report report() {
        CompletableFuture<Report> pending = current();
        try {
            return pending.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException _) {
            return Report.of(List.of(new Check("database", Status.NOT_READY, "The database does not answer in time")));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Report.of(List.of(new Check("server", Status.NOT_READY, "The server is stopping")));
        }
    }

    private CompletableFuture<Report> current() {
        lock.lock();
        try {
            long now = clock.millis();
            CompletableFuture<Report> known = newest;
            if (known != null && (!known.isDone() || isFresh(now))) {
                return known;
            }
            CompletableFuture<Report> fresh = new CompletableFuture<>();
            Thread.ofVirtual().name("health").start(() -> look(fresh));
            begunAt = now;
            newest = fresh;
            return fresh;
        } finally {
            lock.unlock();
        }
    }

    private boolean isFresh(long now) {
        return now >= begunAt && now - begunAt < FRESH.toMillis();
    }

    private void look(CompletableFuture<Report> into) {
        try {
            into.complete(Report.of(List.of(database(), workers(), disk())));
        } catch (RuntimeException e) {
            into.completeExceptionally(e);
        }
    }

    private Check database() {
        try {
            database.read(OpsQuery::one);
            return new Check("database", Status.READY, "");
        } catch (RuntimeException e) {
            return new Check("database", Status.NOT_READY, "The database cannot be reached");
        }
    }

    private Check workers() {
        List<String> ended = new ArrayList<>();
        List<String> failing = new ArrayList<>();
        for (Worker worker : workers.get()) {
            if (!worker.isRunning()) {
                ended.add(worker.name());
            } else if (worker.lastFailure().isPresent()) {
                failing.add(worker.name());
            }
        }
        if (!ended.isEmpty()) {
            return new Check("workers", Status.NOT_READY, "Not running: " + String.join(", ", ended));
        }
        return failing.isEmpty()
                ? new Check("workers", Status.READY, "")
                : new Check("workers", Status.DEGRADED, "Failing, see the log: " + String.join(", ", failing));
    }

    private Check disk() {
        try {
            long free = Files.getFileStore(data).getUsableSpace();
            return free >= MIN_FREE_BYTES
                    ? new Check("disk", Status.READY, "")
                    : new Check(
                            "disk",
                            Status.NOT_READY,
                            "The data folder has " + (free >> 20) + " MiB left; " + (MIN_FREE_BYTES >> 20)
                                    + " are needed");
        } catch (IOException e) {
            return new Check("disk", Status.NOT_READY, "The data folder cannot be read");
        }
    }
}
