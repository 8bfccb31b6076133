package dev.penstock.core.plugin;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** {@code GET /agent/v1/plugins/{sha256}}: the jar of a running plugin, for agents that have work for it. */
final class PluginJarResource implements Resource {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Plugins plugins;

    PluginJarResource(Plugins plugins) {
        this.plugins = plugins;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/agent/v1/plugins/{sha256}", this::give, Access.AGENT);
    }

    private void give(Context ctx) {
        String sha256 = ctx.pathParam("sha256");
        if (!SHA256.matcher(sha256).matches()) {
            throw new PenstockException(ErrorCode.BAD_REQUEST, "\"" + sha256 + "\" is not a SHA-256 in hex");
        }
        Path jar = plugins.jar(sha256);
        try {
            ctx.contentType("application/java-archive").header("Content-Length", Long.toString(Files.size(jar)));
            ctx.result(Files.newInputStream(jar)); // closed when it has been sent
        } catch (IOException e) {
            throw new PenstockException(ErrorCode.NOT_FOUND, "The plugin " + sha256 + " was just removed");
        }
    }
}
