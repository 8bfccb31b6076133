package dev.penstock.pluginhost;

import dev.penstock.plugin.material.MaterialType;
import dev.penstock.plugin.task.TaskType;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A started plugin and the handles of its types. Thread-safe: what is called goes through its {@link CallGuard}. */
final class RunningPlugin {
    private static final Logger log = LoggerFactory.getLogger(RunningPlugin.class);
    /** After this long calls that still run lose their classes; jobs that last longer are on agents, which wait. */
    private static final Duration DRAIN = Duration.ofHours(24);

    private static final Duration STOP_DEADLINE = Duration.ofSeconds(10);

    private final PluginJarRef ref;
    private final JarCopy copy;
    private final SingleJarPf4j manager;
    private final CallGuard guard;
    private final List<TaskHandle> tasks;
    private final List<MaterialHandle> materials;

    private RunningPlugin(
            PluginJarRef ref,
            JarCopy copy,
            SingleJarPf4j manager,
            CallGuard guard,
            List<TaskHandle> tasks,
            List<MaterialHandle> materials) {
        this.ref = ref;
        this.copy = copy;
        this.manager = manager;
        this.guard = guard;
        this.tasks = List.copyOf(tasks);
        this.materials = List.copyOf(materials);
    }

    /** Loads, starts and describes the plugin, on the calling thread, which a watchdog interrupts. */
    static RunningPlugin start(JarCopy copy, JarFacts facts, HostSettings settings)
            throws IOException, PluginRefusedException {
        var ref = new PluginJarRef(facts.id(), facts.version(), copy.sha256(), copy.size());
        var manager = new SingleJarPf4j(copy.folder());
        try {
            PluginClasses classes = manager.start(copy, facts);
            var guard = new CallGuard(facts.id(), classes, settings);
            var tasks = new ArrayList<TaskHandle>();
            var materials = new ArrayList<MaterialHandle>();
            for (String name : facts.extensions()) {
                Object extension = construct(name, classes);
                if (extension instanceof TaskType type) {
                    var described = new TypeDescription(type.id(), type.label(), type.options());
                    tasks.add(new TaskHandle(type, described, guard, ref));
                }
                if (extension instanceof MaterialType type) {
                    var described = new TypeDescription(type.id(), type.label(), type.options());
                    materials.add(new MaterialHandle(type, described, guard, ref));
                }
            }
            if (tasks.isEmpty() && materials.isEmpty()) {
                throw new PluginRefusedException(
                        PluginStatus.INVALID,
                        "None of its extensions is a type that this version knows: "
                                + String.join(", ", facts.extensions()));
            }
            return new RunningPlugin(ref, copy, manager, guard, tasks, materials);
        } catch (Throwable t) {
            manager.stop();
            throw t;
        }
    }

    private static Object construct(String name, PluginClasses classes) throws PluginRefusedException {
        try {
            return Class.forName(name, true, classes).getConstructor().newInstance();
        } catch (InvocationTargetException e) {
            throw new PluginRefusedException(
                    PluginStatus.FAILED, "The constructor of " + name + " threw " + e.getCause(), e);
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new PluginRefusedException(
                    PluginStatus.FAILED, "Extension " + name + " cannot be made: " + SingleJarPf4j.rootOf(e), e);
        }
    }

    PluginJarRef ref() {
        return ref;
    }

    /** The copy of its jar. */
    Path jar() {
        return copy.jar();
    }

    List<TaskHandle> tasks() {
        return tasks;
    }

    List<MaterialHandle> materials() {
        return materials;
    }

    CallGuard guard() {
        return guard;
    }

    /** Takes no more calls, lets those that run end, and unloads; returns at once. */
    void retire() {
        guard.close();
        Thread.ofVirtual().name("plugin-retire-" + ref.id()).start(() -> stopAfter(DRAIN));
    }

    /** Takes no more calls and unloads, at the latest after {@code atMost}. */
    void close(Duration atMost) {
        guard.close();
        stopAfter(atMost);
    }

    private void stopAfter(Duration atMost) {
        try {
            if (!guard.awaitIdle(atMost)) {
                log.atWarn().addKeyValue("plugin", ref).log("Plugin unloaded while calls were still running in it");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        Watchdog<Optional<Throwable>> stop = Watchdog.start(ref.id() + "-stop", manager::stop);
        switch (stop.await(STOP_DEADLINE)) {
            case Watchdog.Done(var thrown) when thrown.isEmpty() -> copy.delete();
            case Watchdog.Done(var thrown) -> {
                log.atWarn().addKeyValue("plugin", ref).setCause(thrown.get()).log("Plugin did not stop cleanly");
                copy.delete();
            }
            case Watchdog.Threw(var thrown) ->
                log.atWarn().addKeyValue("plugin", ref).setCause(thrown).log("Plugin did not stop cleanly");
            case Watchdog.Hung<?> _ -> log.atWarn().addKeyValue("plugin", ref).log("Plugin hangs while it is stopped");
        }
    }
}
