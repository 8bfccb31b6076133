package dev.penstock.core.http;

import io.javalin.security.RouteRole;

/** Who may use a route. Every route declares exactly one; the server does not start otherwise (C-1). */
public enum Access implements RouteRole {
    /** Anybody: health, the API's contract, the agent's first contact. */
    PUBLIC,
    /** May see pipelines, runs, consoles, artifacts. */
    VIEWER,
    /** May start, cancel, approve, pause. */
    OPERATOR,
    /** May change definitions of pipelines. */
    EDITOR,
    /** May change agents, plugins, settings. */
    ADMIN,
    /** An agent with a valid token. */
    AGENT,
    /** A host that signs its request with the hook's own secret. */
    WEBHOOK
}
