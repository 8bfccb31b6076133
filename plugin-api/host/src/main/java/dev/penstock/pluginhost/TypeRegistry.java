package dev.penstock.pluginhost;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which plugin serves which type id. Immutable once it is published. */
final class TypeRegistry {
    /** Task types that are part of the product. */
    private static final Set<String> OWN_TASKS = Set.of("exec", "fetch");
    /** Material types that are part of the product. */
    private static final Set<String> OWN_MATERIALS = Set.of("pipeline", "dependency");

    private final Map<String, TaskHandle> tasks = new LinkedHashMap<>();
    private final Map<String, MaterialHandle> materials = new LinkedHashMap<>();

    /** Adds a plugin's types; those that are taken stay with whom they are, and are told. */
    List<String> add(RunningPlugin plugin) {
        var taken = new ArrayList<String>();
        for (TaskHandle task : plugin.tasks()) {
            if (OWN_TASKS.contains(task.id())) {
                taken.add("Task type \"" + task.id() + "\" is not used: it is part of Penstock");
                continue;
            }
            TaskHandle first = tasks.putIfAbsent(task.id(), task);
            if (first != null) {
                taken.add("Task type \"" + task.id() + "\" is not used: plugin \""
                        + first.plugin().id() + "\" already offers it");
            }
        }
        for (MaterialHandle material : plugin.materials()) {
            if (OWN_MATERIALS.contains(material.id())) {
                taken.add("Material type \"" + material.id() + "\" is not used: it is part of Penstock");
                continue;
            }
            MaterialHandle first = materials.putIfAbsent(material.id(), material);
            if (first != null) {
                taken.add("Material type \"" + material.id() + "\" is not used: plugin \""
                        + first.plugin().id() + "\" already offers it");
            }
        }
        return taken;
    }

    List<String> taskIdsOf(PluginJarRef plugin) {
        return tasks.values().stream()
                .filter(task -> task.plugin().equals(plugin))
                .map(TaskHandle::id)
                .toList();
    }

    List<String> materialIdsOf(PluginJarRef plugin) {
        return materials.values().stream()
                .filter(material -> material.plugin().equals(plugin))
                .map(MaterialHandle::id)
                .toList();
    }

    Optional<TaskHandle> task(String id) {
        return Optional.ofNullable(tasks.get(id));
    }

    Optional<MaterialHandle> material(String id) {
        return Optional.ofNullable(materials.get(id));
    }

    List<TaskHandle> tasks() {
        return List.copyOf(tasks.values());
    }

    List<MaterialHandle> materials() {
        return List.copyOf(materials.values());
    }
}
