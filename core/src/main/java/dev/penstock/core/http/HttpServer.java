package dev.penstock.core.http;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.servlet.JavalinServlet;
import io.javalin.router.Endpoint;
import io.javalin.router.ParsedEndpoint;
import io.javalin.security.Roles;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jetty with Javalin's routes. Requests run on virtual threads, so that a thousand slow bodies hold a thousand parked
 * threads and no other (finding 10); a long poll or a stream holds none of Jetty's. Thread-safe.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HttpServer.class);

    /** After a restart all agents connect at once; with Jetty's 50 a thousand of them needed 9 to 16 s. */
    private static final int ACCEPT_QUEUE = 4096;

    /** JSON that a person or program sends; resources that take more read the stream and limit it themselves. */
    private static final int MAX_JSON_BYTES = 1 << 20;

    private static final int MAX_HEADER_BYTES = 16 * 1024;

    /** How long requests under way may still take when the server stops. */
    private static final Duration STOP = Duration.ofSeconds(5);

    /** Selectors, the acceptor, and what Jetty does itself; requests do not run here. */
    private static final int THREADS = 8;

    private final Javalin javalin;
    private final Server jetty;
    private final ServerConnector connector;
    private final HttpSettings settings;
    private final Throttle throttle;
    private final EventStreams streams = new EventStreams();

    /** Makes the server; {@link #open()} and {@link #start} bring it up. */
    public HttpServer(HttpSettings settings) {
        this(settings, HttpLimits.STANDARD);
    }

    HttpServer(HttpSettings settings, HttpLimits limits) {
        this.settings = settings;
        this.throttle = new Throttle(settings.limits(), System::nanoTime);
        this.javalin = Javalin.create(this::configure);
        this.jetty = new Server(threads());
        this.connector = connector(limits);
        assemble(limits);
    }

    /**
     * What the server needs from others.
     *
     * @param contract may read it when it is asked for the first time
     */
    public record Needs(
            AgentTokens tokens, Supplier<Contract> contract, Idempotency idempotency, RequestObserver observer) {}

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.startupWatcherEnabled = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.http.maxRequestSize = MAX_JSON_BYTES;
        config.http.prefer405over404 = true;
        config.http.defaultContentType = "application/json";
        config.jsonMapper(new JsonBodies());
        config.appData(EventStreams.KEY, streams);
        config.router.javaLangErrorHandler(Problems::answer);
        Problems.addTo(config.routes);
    }

    private static void observe(RequestObserver observer, Context ctx, float millis) {
        Endpoint endpoint = ctx.endpoints().matchedHttpEndpoint();
        observer.answered(
                ctx.req().getMethod(),
                endpoint == null ? "none" : template(endpoint),
                ctx.statusCode(),
                Duration.ofNanos((long) (millis * 1e6)));
    }

    /** The path as the contract writes it. */
    static String template(Endpoint endpoint) {
        return endpoint.path.replace('<', '{').replace('>', '}');
    }

    /** What each request passes before its resource sees it, in this order. */
    private void check(RoutesConfig routes, Needs needs) {
        routes.before(BrowserHeaders::set);
        routes.before(throttle::before);
        routes.before(new Origins(settings.site(), this::port)::check);
        var access = new AccessCheck(needs.tokens());
        routes.beforeMatched(ctx -> {
            try {
                access.check(ctx);
            } catch (PenstockException e) {
                throttle.badToken(ctx);
                throw e;
            }
        });
        routes.beforeMatched(throttle::known);
        routes.beforeMatched(new ContractCheck(needs.contract())::check);
        routes.after(needs.idempotency()::after);
    }

    private static QueuedThreadPool threads() {
        var pool = new QueuedThreadPool(THREADS, 2);
        pool.setName("http");
        pool.setReservedThreads(0);
        pool.setVirtualThreadsExecutor(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("http-", 0).factory()));
        return pool;
    }

    private ServerConnector connector(HttpLimits limits) {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        var made = new ServerConnector(jetty, 1, 1, new HttpConnectionFactory(http));
        made.setHost(settings.host());
        made.setPort(settings.port());
        made.setAcceptQueueSize(ACCEPT_QUEUE);
        made.setIdleTimeout(limits.idle().toMillis());
        made.setReuseAddress(true);
        return made;
    }

    private void assemble(HttpLimits limits) {
        jetty.addConnector(connector);
        jetty.addBean(new NetworkConnectionLimit(limits.connections(), connector));
        jetty.setStopTimeout(STOP.toMillis());
        jetty.setErrorHandler(new JettyProblems());
        var servlet = new ServletHolder(new JavalinServlet(javalin.unsafe));
        servlet.setAsyncSupported(true);
        var context = new ServletContextHandler(ServletContextHandler.NO_SESSIONS | ServletContextHandler.NO_SECURITY);
        context.addServlet(servlet, "/*");
        var bodies = new LargeReads(new BodyRate(context, limits.bodyGrace()));
        jetty.setHandler(new RequestIds(new GracefulHandler(new HeadAsGet(bodies))));
    }

    /** The routes, each with the access that it declares. */
    public Set<Route> routes() {
        var comparator = Comparator.comparing(Route::path).thenComparing(Route::method);
        var routes = new TreeSet<Route>(comparator);
        for (ParsedEndpoint parsed : javalin.unsafe.internalRouter.allHttpHandlers()) {
            var endpoint = parsed.endpoint;
            if (endpoint.method.isHttpMethod()) {
                Roles roles = endpoint.metadata(Roles.class);
                Access access = AccessCheck.declared(roles == null ? Set.of() : roles.getRoles())
                        .orElseThrow(() -> new IllegalStateException("Route " + endpoint.method + " " + endpoint.path
                                + " does not declare exactly one access (C-1)"));
                routes.add(new Route(endpoint.method.name(), template(endpoint), access));
            }
        }
        return routes;
    }

    /**
     * Takes the port. From now on clients can connect; they are answered once the server is started.
     *
     * @throws IOException if the port cannot be had, with what to do
     */
    public void open() throws IOException {
        try {
            connector.open();
        } catch (IOException e) {
            throw new IOException(
                    "The server cannot listen on " + settings.host() + ":" + settings.port() + ": " + e.getMessage()
                            + ". If another program uses the port, set \"http.port\"",
                    e);
        }
    }

    /**
     * Adds the routes and begins to answer.
     *
     * @throws IllegalStateException if a route does not declare exactly one {@link Access}
     */
    public void start(Needs needs, List<Resource> resources) {
        javalin.unsafe.requestLogger.http((ctx, millis) -> observe(needs.observer(), ctx, millis));
        check(javalin.unsafe.routes, needs);
        javalin.unsafe.router.handlerWrapper(endpoint -> needs.idempotency().around(endpoint, needs.contract()));
        resources.forEach(resource -> resource.addTo(javalin.unsafe.routes));
        routes();
        try {
            jetty.start();
        } catch (Exception e) {
            throw new IllegalStateException("The HTTP server does not start", e);
        }
        streams.start();
    }

    /** Where it listens. */
    public URI address() {
        return URI.create("http://" + (settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host())
                + ":" + port());
    }

    /** How many streams of events are open. */
    public int streams() {
        return streams.size();
    }

    /** How many requests were refused because their callers make too many, by quota. */
    public Map<String, Long> refusals() {
        return throttle.refusals();
    }

    /** The port; that of the settings until it listens. */
    public int port() {
        return connector.getLocalPort() > 0 ? connector.getLocalPort() : settings.port();
    }

    /** Takes no more requests, ends streams, gives requests under way some seconds, and stops. */
    @Override
    public void close() {
        streams.close();
        try {
            jetty.stop();
            connector.close();
        } catch (Exception e) {
            log.atWarn().setCause(e).log("The HTTP server has not stopped in order");
        }
    }

    /** What a resource throws that does not take requests any more. */
    static PenstockException stopping() {
        return new PenstockException(ErrorCode.UNAVAILABLE, "The server is stopping; try again in a moment");
    }
}
