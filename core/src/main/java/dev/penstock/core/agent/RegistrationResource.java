package dev.penstock.core.agent;

import dev.penstock.agent.protocol.RegistrationRequest;
import dev.penstock.agent.protocol.TokenRequest;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.AgentWire;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** An agent's first contact: becoming known, and getting tokens. Public, because the proof is in the request. */
public final class RegistrationResource implements Resource {
    /** Many times what an honest request has. */
    private static final int MAX_BYTES = 16 * 1024;

    /** Signatures cost about a millisecond: so many at a time leave the machine usable, whoever asks. */
    private static final int MAX_AT_A_TIME = 32;

    /** After a restart of the server all agents come at once; those of a second are better served than sent away. */
    private static final long MAX_WAIT_MILLIS = 1000;

    private final Registration registration;
    private final AccessTokens tokens;
    private final SigningKeys keys;
    private final Semaphore slots = new Semaphore(MAX_AT_A_TIME);

    public RegistrationResource(Registration registration, AccessTokens tokens, SigningKeys keys) {
        this.registration = registration;
        this.tokens = tokens;
        this.keys = keys;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.post("/agent/v1/registrations", this::register, Access.PUBLIC);
        routes.post("/agent/v1/token", this::token, Access.PUBLIC);
        routes.get("/.well-known/jwks.json", this::jwks, Access.PUBLIC);
    }

    private void register(Context ctx) {
        RegistrationRequest request = AgentWire.read(ctx, RegistrationRequest.class, MAX_BYTES);
        limited(ctx, () -> AgentWire.reply(ctx, registration.register(request)));
    }

    private void token(Context ctx) {
        TokenRequest request = AgentWire.read(ctx, TokenRequest.class, MAX_BYTES);
        limited(ctx, () -> AgentWire.reply(ctx, tokens.give(request)));
    }

    private void jwks(Context ctx) {
        ctx.contentType("application/jwk-set+json").result(keys.jwks());
    }

    private void limited(Context ctx, Runnable work) {
        if (!acquired()) {
            ctx.header("Retry-After", "1");
            throw new PenstockException(
                    ErrorCode.TOO_MANY_REQUESTS, "Too many agents register at this moment; try again in a second");
        }
        try {
            work.run();
        } finally {
            slots.release();
        }
    }

    private boolean acquired() {
        try {
            return slots.tryAcquire(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
