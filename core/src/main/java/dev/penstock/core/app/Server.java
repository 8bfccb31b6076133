package dev.penstock.core.app;

import dev.penstock.core.http.ContractResource;
import dev.penstock.core.http.HttpServer;
import dev.penstock.core.http.Resource;
import dev.penstock.core.http.Route;
import dev.penstock.core.platform.worker.Worker;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running server, without its database, which its caller opens before it and closes after it. Thread-safe. */
public final class Server implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Server.class);

    /** One step of a worker is short; all of them together get this long, because they are stopped side by side. */
    private static final Duration WORKERS = Duration.ofSeconds(10);

    /** After this it is read, if no request needs it before. */
    private static final Duration CONTRACT = Duration.ofSeconds(1);

    private final Features features;
    private final HttpServer http;

    private Server(Features features, HttpServer http) {
        this.features = features;
        this.http = http;
    }

    /**
     * Puts the server together and starts it; when this returns, it answers.
     *
     * @throws IOException if it cannot listen, or a folder or the master key cannot be used; with what to do
     */
    public static Server start(Foundation foundation) throws IOException {
        return start(foundation, Prepared.begin(foundation.settings(), foundation.data(), foundation.clock()));
    }

    /** As {@link #start(Foundation)}, with what was made ready before. */
    static Server start(Foundation foundation, Prepared prepared) throws IOException {
        Features features = wire(foundation, prepared);
        var server = new Server(features, prepared.http());
        try {
            List<Resource> resources = new ArrayList<>(features.resources());
            resources.add(new ContractResource());
            prepared.http()
                    .start(
                            new HttpServer.Needs(
                                    features.tokens(), prepared::contract, features.idempotency(), features.observer()),
                            resources);
            features.workers().forEach(Worker::start);
            // Not at once, because the first requests have nothing to compare with it; and not when it is asked for.
            CompletableFuture.delayedExecutor(CONTRACT.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(prepared::contract);
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static Features wire(Foundation foundation, Prepared prepared) throws IOException {
        try {
            return Features.wire(foundation, prepared);
        } catch (IOException | RuntimeException e) {
            prepared.close();
            throw e;
        }
    }

    /** Where it listens. */
    public URI address() {
        return http.address();
    }

    /** Every route, for tests of the contract. */
    public Set<Route> routes() {
        return http.routes();
    }

    /** Stops in order: requests first, then what acts by itself, then what both use. */
    @Override
    public void close() {
        features.ending().forEach(Server::closeQuietly);
        http.close();
        List<Thread> stops = features.workers().reversed().stream()
                .map(worker -> Thread.ofVirtual().start(() -> worker.stop(WORKERS)))
                .toList();
        try {
            for (Thread stop : stops) {
                stop.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        features.closing().reversed().forEach(Server::closeQuietly);
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            log.atWarn()
                    .setCause(e)
                    .addKeyValue("part", part.getClass().getSimpleName())
                    .log("Not closed in order");
        }
    }
}
