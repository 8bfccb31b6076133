package dev.penstock.core.http;

import io.javalin.router.JavalinDefaultRoutingApi;

/** A noun of the API with its routes. A resource parses, asks one feature class, and answers. */
public interface Resource {

    /** Adds the routes, each with its {@link Access} as the role. */
    void addTo(JavalinDefaultRoutingApi routes);
}
