package dev.penstock.core.app;

import dev.penstock.core.http.Contract;
import dev.penstock.core.http.ContractFiles;
import dev.penstock.core.http.ContractResource;
import dev.penstock.core.http.HttpServer;
import dev.penstock.core.http.HttpSettings;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running server, without its database, which its caller opens before it and closes after it. Thread-safe. */
public final class Server implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Server.class);

    /** One step of a worker is short; all of them together get this long, because they are stopped side by side. */
    private static final Duration WORKERS = Duration.ofSeconds(10);

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
        // Read beside the rest: it is needed by the first request, and nothing waits for it before.
        CompletableFuture<Contract> contract = CompletableFuture.supplyAsync(ContractFiles::load);
        var late = new Late<HttpServer>("HTTP server");
        Features features = Features.wire(foundation, late);
        List<Resource> resources = new ArrayList<>(features.resources());
        resources.add(new ContractResource(contract::join));
        HttpServer http = late.set(new HttpServer(
                new HttpServer.Needs(
                        httpSettings(foundation.settings()),
                        features.tokens(),
                        contract::join,
                        features.idempotency(),
                        features.observer()),
                List.copyOf(resources)));
        var server = new Server(features, http);
        try {
            features.workers().forEach(Worker::start);
            http.start();
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static HttpSettings httpSettings(Settings settings) {
        String site = settings.text(Setting.SITE_URL);
        return new HttpSettings(
                settings.text(Setting.HTTP_HOST),
                settings.wholeNumber(Setting.HTTP_PORT),
                site.isEmpty() ? null : URI.create(site));
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
