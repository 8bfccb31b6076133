package dev.penstock.core.plugin;

import dev.penstock.core.config.model.BuiltInTypes;
import dev.penstock.core.config.model.TypeCatalog.DescribedType;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.Resource;
import dev.penstock.plugin.Text;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import dev.penstock.pluginhost.MaterialHandle;
import dev.penstock.pluginhost.PluginHost;
import dev.penstock.pluginhost.PluginJarRef;
import dev.penstock.pluginhost.TaskHandle;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/task-types} and {@code /api/v1/material-types}: what definitions may use, with all that a form needs. */
final class TypeResource implements Resource {
    private final PluginHost host;
    private final BuiltInTypes types;

    TypeResource(PluginHost host) {
        this.host = host;
        this.types = new BuiltInTypes(new HostCatalog(host));
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/task-types", this::tasks, Access.VIEWER);
        routes.get("/api/v1/material-types", this::materials, Access.VIEWER);
    }

    private record OptionView(
            String name,
            OptionKind kind,
            Text label,
            @Nullable Text help,
            boolean required,
            boolean secret,
            boolean identity,
            @Nullable String defaultValue,
            @Nullable List<String> choices,
            @Nullable String placeholder) {
        static OptionView of(Option option) {
            return new OptionView(
                    option.name(),
                    option.kind(),
                    option.label(),
                    option.help().orElse(null),
                    option.isRequired(),
                    option.kind() == OptionKind.SECRET,
                    option.isIdentity(),
                    option.defaultValue().orElse(null),
                    option.kind() == OptionKind.CHOICE ? option.choices() : null,
                    option.placeholder().orElse(null));
        }
    }

    private record PluginRef(String id, String version, String sha256) {}

    /** @param plugin null for types that belong to the server itself */
    private record TypeView(String id, Text label, @Nullable PluginRef plugin, List<OptionView> options) {}

    private record TypeList(List<TypeView> items) {}

    private void tasks(Context ctx) {
        ctx.json(new TypeList(
                views(types.taskIds(), types::task, id -> host.taskType(id).map(TaskHandle::plugin))));
    }

    private void materials(Context ctx) {
        ctx.json(new TypeList(views(
                types.materialIds(),
                types::material,
                id -> host.materialType(id).map(MaterialHandle::plugin))));
    }

    private static List<TypeView> views(
            SortedSet<String> ids,
            Function<String, Optional<DescribedType>> types,
            Function<String, Optional<PluginJarRef>> plugins) {
        List<TypeView> views = new ArrayList<>();
        for (String id : ids) {
            PluginRef plugin = plugins.apply(id)
                    .map(ref -> new PluginRef(ref.id(), ref.version(), ref.sha256()))
                    .orElse(null);
            types.apply(id)
                    .map(type -> new TypeView(
                            id,
                            type.label(),
                            plugin,
                            type.options().stream().map(OptionView::of).toList()))
                    .ifPresent(views::add);
        }
        return views;
    }
}
