package dev.penstock.core.http;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.AgentId;
import io.javalin.http.Context;
import io.javalin.security.RouteRole;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out who asks, from the credential alone, and lets them pass by the route's {@link Access}. Until login
 * exists the server listens on loopback only, and whoever reaches it is its operator.
 */
final class AccessCheck {
    /** Under which acts are recorded until people log in. */
    static final Caller.Person LOCAL = new Caller.Person("local");

    private static final Caller.Anonymous ANONYMOUS = new Caller.Anonymous();
    private static final String BEARER = "Bearer ";

    private final AgentTokens tokens;

    AccessCheck(AgentTokens tokens) {
        this.tokens = tokens;
    }

    /** The access that a route declares; empty when it is not exactly one. */
    static Optional<Access> declared(Set<? extends RouteRole> roles) {
        return roles.size() == 1 && roles.iterator().next() instanceof Access access
                ? Optional.of(access)
                : Optional.empty();
    }

    void check(Context ctx) {
        Access access = declared(ctx.routeRoles())
                .orElseThrow(() -> new IllegalStateException("The route declares no access: " + ctx.path()));
        ctx.attribute(
                Caller.ATTRIBUTE,
                switch (access) {
                    case PUBLIC, WEBHOOK -> ANONYMOUS;
                    case AGENT -> new Caller.Agent(agent(ctx));
                    case VIEWER, OPERATOR, EDITOR, ADMIN -> person(ctx);
                });
    }

    private AgentId agent(Context ctx) {
        List<String> credentials = Collections.list(ctx.req().getHeaders("Authorization"));
        return Optional.of(credentials)
                .filter(all -> all.size() == 1 && all.getFirst().startsWith(BEARER))
                .flatMap(all -> tokens.verify(all.getFirst().substring(BEARER.length())))
                .orElseThrow(() -> {
                    ctx.header("WWW-Authenticate", "Bearer");
                    return new PenstockException(
                            ErrorCode.UNAUTHENTICATED, "This needs the token of an agent that may work; get a new one");
                });
    }

    private Caller person(Context ctx) {
        String credential = ctx.req().getHeader("Authorization");
        if (credential != null
                && credential.startsWith(BEARER)
                && tokens.verify(credential.substring(BEARER.length())).isPresent()) {
            throw new PenstockException(ErrorCode.FORBIDDEN, "Agents may not use this");
        }
        return LOCAL;
    }
}
