package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.core.agent.Facts;
import dev.penstock.core.agent.Presence;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.AgentWire;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.AgentId;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Duration;

/** {@code /agent/v1/poll}: an agent asks what to do, and waits for the answer without a thread of ours. */
final class PollResource implements Resource {
    /** An agent runs one job; what it holds besides are journals that it could not send yet. */
    private static final int MAX_HELD = 1_000;

    private final Dispatcher dispatcher;
    private final Presence presence;
    private final Duration longestWait;

    PollResource(Dispatcher dispatcher, Presence presence, Duration longestWait) {
        this.dispatcher = dispatcher;
        this.presence = presence;
        this.longestWait = longestWait;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.post("/agent/v1/poll", this::poll, Access.AGENT);
    }

    private void poll(Context ctx) {
        AgentId agent = Caller.agent(ctx);
        PollRequest request = AgentWire.read(ctx, PollRequest.class);
        Facts.requireKnownProtocol(request.protocolVersion());
        if (request.held().size() > MAX_HELD) {
            throw new PenstockException(
                    ErrorCode.INVALID, "\"held\" has " + request.held().size() + " jobs, more than " + MAX_HELD);
        }
        AgentFacts facts = Facts.clean(request.facts());
        presence.seen(agent, facts, request.protocolVersion());
        var clean = new PollRequest(
                request.protocolVersion(),
                facts,
                request.held(),
                request.idle(),
                request.waitSeconds(),
                request.fresh());
        Duration wait = Duration.ofSeconds(Math.max(request.waitSeconds(), 0));
        Duration bounded = wait.compareTo(longestWait) < 0 ? wait : longestWait;
        ctx.future(() -> dispatcher.poll(agent, clean, bounded).thenAccept(reply -> AgentWire.reply(ctx, reply)));
    }
}
