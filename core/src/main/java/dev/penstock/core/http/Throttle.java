package dev.penstock.core.http;

import static org.eclipse.jetty.ee10.servlet.ServletContextRequest.getServletContextRequest;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.eclipse.jetty.server.Request;

/**
 * Refuses what one caller asks for too often, or too much of at a time (C-22). People, programs and hooks are known by
 * their address, agents by their token. What renews an agent's lease has a quota of its own, which neither its uploads nor
 * anybody else can use up. Thread-safe.
 */
final class Throttle {
    /** Uploads of a job go side by side; no agent has this many. */
    private static final int AGENT_AT_ONCE = 64;

    private static final Set<String> LEASE_ROUTES = Set.of("/agent/v1/poll", "/agent/v1/jobs/{id}/report");

    private final Quota people;
    private final Quota arrivals;
    private final Quota badTokens;
    private final Quota leases;
    private final Quota work;

    Throttle(RequestLimits limits, LongSupplier ticker) {
        this.people = new Quota(limits.perSecond(), limits.atOnce(), ticker);
        this.arrivals = new Quota(limits.perSecond(), 0, ticker);
        this.badTokens = new Quota(limits.perSecond(), 0, ticker);
        this.leases = new Quota(limits.agentPerSecond(), 0, ticker);
        this.work = new Quota(limits.agentPerSecond(), limits.agentPerSecond() == 0 ? 0 : AGENT_AT_ONCE, ticker);
    }

    /** How often each quota has refused a request, by its name. */
    Map<String, Long> refusals() {
        return new TreeMap<>(Map.of(
                "people", people.refusals(),
                "arrivals", arrivals.refusals(),
                "bad_tokens", badTokens.refusals(),
                "leases", leases.refusals(),
                "agent_work", work.refusals()));
    }

    /** First of all, for everything but the agents' protocol. */
    void before(Context ctx) {
        if (!isOfAgents(ctx)) {
            admit(ctx, people, ctx.req().getRemoteAddr());
        }
    }

    /** When it is known which agent asks; those that have no token yet are known by their address. */
    void known(Context ctx) {
        if (!isOfAgents(ctx)) {
            return;
        }
        switch (Caller.of(ctx)) {
            case Caller.Agent(var id) -> admit(ctx, renewsLease(ctx) ? leases : work, id);
            case Caller.Person _, Caller.Anonymous _ ->
                admit(ctx, arrivals, ctx.req().getRemoteAddr());
        }
    }

    /**
     * A token was no good; agents with a good one at the same address do not suffer for it. As many as of other requests
     * are heard: after a long pause of the server the tokens of a whole farm of agents are too old, and each is told.
     */
    void badToken(Context ctx) {
        if (isOfAgents(ctx)) {
            admit(ctx, badTokens, ctx.req().getRemoteAddr());
        }
    }

    private static boolean isOfAgents(Context ctx) {
        return ctx.path().startsWith("/agent/");
    }

    private static boolean renewsLease(Context ctx) {
        Endpoint endpoint = ctx.endpoints().matchedHttpEndpoint();
        return endpoint != null && LEASE_ROUTES.contains(HttpServer.template(endpoint));
    }

    private static void admit(Context ctx, Quota quota, Object caller) {
        Optional<Duration> wait = quota.enter(caller);
        if (wait.isPresent()) {
            long seconds = Math.max(1, wait.get().plusMillis(999).toSeconds());
            ctx.header("Retry-After", Long.toString(seconds));
            throw new PenstockException(
                    ErrorCode.TOO_MANY_REQUESTS,
                    "There are too many requests of this caller; try again in " + seconds + " s");
        }
        Request.addCompletionListener(getServletContextRequest(ctx.req()), _ -> quota.leave(caller));
    }
}
