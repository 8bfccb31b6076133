package dev.penstock.core.http;

import io.javalin.http.Context;

/** What browsers are told with each answer (C-24). Resources that serve files set their own over these. */
final class BrowserHeaders {
    private BrowserHeaders() {}

    static void set(Context ctx) {
        ctx.header("X-Content-Type-Options", "nosniff");
        ctx.header("Cache-Control", "no-store");
        if (ctx.path().startsWith("/agent/")) {
            return; // no browser
        }
        ctx.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
        ctx.header("Referrer-Policy", "same-origin");
        ctx.header("Cross-Origin-Opener-Policy", "same-origin");
        ctx.header("Cross-Origin-Resource-Policy", "same-origin");
        ctx.header("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    }
}
