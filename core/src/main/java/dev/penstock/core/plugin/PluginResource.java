package dev.penstock.core.plugin;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.Resource;
import dev.penstock.pluginhost.CallTiming;
import dev.penstock.pluginhost.InstalledPlugin;
import dev.penstock.pluginhost.PluginKind;
import dev.penstock.pluginhost.PluginStatus;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** {@code /api/v1/plugins}: every jar of the plugin folders and what became of it. Jars come by the folders only (C-28). */
final class PluginResource implements Resource {
    private static final String ROOT = "/api/v1/plugins";

    private final Plugins plugins;

    PluginResource(Plugins plugins) {
        this.plugins = plugins;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get(ROOT, this::list, Access.VIEWER);
        routes.post(ROOT + "/rescan", this::rescan, Access.ADMIN);
        routes.get(ROOT + "/{id}", this::show, Access.VIEWER);
    }

    /**
     * @param interrupted whether it is not called for now, because it failed several times in a row
     */
    private record PluginView(
            String id,
            String version,
            String provider,
            String description,
            PluginKind kind,
            String file,
            String sha256,
            long size,
            PluginStatus state,
            String reason,
            Instant since,
            boolean interrupted,
            List<String> taskTypes,
            List<String> materialTypes) {}

    private record PluginList(List<PluginView> items) {}

    private record TimingView(String call, long calls, long failures, long totalMillis, long longestMillis) {
        static TimingView of(CallTiming timing) {
            return new TimingView(
                    timing.call(),
                    timing.calls(),
                    timing.failures(),
                    timing.total().toMillis(),
                    timing.longest().toMillis());
        }
    }

    private record PluginDetail(PluginView plugin, List<TimingView> calls) {}

    private void list(Context ctx) {
        ctx.json(views(plugins.all()));
    }

    private void rescan(Context ctx) {
        ctx.json(views(plugins.rescan(Caller.of(ctx).name())));
    }

    private void show(Context ctx) {
        InstalledPlugin found = plugins.one(ctx.pathParam("id"));
        List<CallTiming> timings = found.status() == PluginStatus.ACTIVE ? plugins.timings(found.id()) : List.of();
        ctx.json(new PluginDetail(
                view(found), timings.stream().map(TimingView::of).toList()));
    }

    private PluginList views(List<InstalledPlugin> all) {
        return new PluginList(all.stream().map(this::view).toList());
    }

    private PluginView view(InstalledPlugin plugin) {
        return new PluginView(
                plugin.id(),
                plugin.version(),
                plugin.provider(),
                plugin.description(),
                plugin.kind(),
                plugin.fileName(),
                plugin.sha256().toLowerCase(Locale.ROOT),
                plugin.size(),
                plugin.status(),
                plugin.reason(),
                plugin.since(),
                plugin.status() == PluginStatus.ACTIVE && plugins.isInterrupted(plugin.id()),
                plugin.taskTypes(),
                plugin.materialTypes());
    }
}
