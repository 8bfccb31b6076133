package dev.penstock.core.http;

import dev.penstock.core.platform.ids.AgentId;
import io.javalin.http.Context;

/** Who makes a request, as the verified credential says; never as the request says. */
public sealed interface Caller {

    /** The name under which the caller's acts are recorded. */
    String name();

    /** A person, or a program acting for one. */
    record Person(String name) implements Caller {}

    /** An agent with a valid token. */
    record Agent(AgentId id) implements Caller {
        @Override
        public String name() {
            return "agent " + id.value();
        }
    }

    /** Nobody in particular: public routes and hooks, which check what they get themselves. */
    record Anonymous() implements Caller {
        @Override
        public String name() {
            return "anonymous";
        }
    }

    /** The attribute of the request under which the access check leaves the caller. */
    String ATTRIBUTE = "penstock.caller";

    /** The caller of this request; every request has one once the access check has passed it. */
    static Caller of(Context ctx) {
        Caller caller = ctx.attribute(ATTRIBUTE);
        if (caller == null) {
            throw new IllegalStateException("The request has not passed the access check");
        }
        return caller;
    }

    /** The agent that makes this request; only for routes with {@link Access#AGENT}. */
    static AgentId agent(Context ctx) {
        if (of(ctx) instanceof Agent(AgentId id)) {
            return id;
        }
        throw new IllegalStateException("The route is not one for agents");
    }
}
