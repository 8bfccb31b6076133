package dev.penstock.pluginhost;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionValues;
import dev.penstock.plugin.task.TaskContext;
import dev.penstock.plugin.task.TaskException;
import dev.penstock.plugin.task.TaskResult;
import dev.penstock.plugin.task.TaskType;
import java.util.List;
import java.util.Map;

/**
 * A task type of a running plugin. Look it up for each use and do not keep it: after its plugin was replaced, calls fail
 * with {@link PluginCallException.Why#GONE}. Thread-safe.
 */
public final class TaskHandle {
    private final TaskType type;
    private final TypeDescription described;
    private final CallGuard guard;
    private final PluginJarRef plugin;

    TaskHandle(TaskType type, TypeDescription described, CallGuard guard, PluginJarRef plugin) {
        this.type = type;
        this.described = described;
        this.guard = guard;
        this.plugin = plugin;
    }

    public String id() {
        return described.id();
    }

    /** The jar that an agent needs for it. */
    public PluginJarRef plugin() {
        return plugin;
    }

    public Text label() {
        return described.label();
    }

    /** As the plugin described them when it was started. */
    public List<Option> options() {
        return described.options();
    }

    /** Reads values by the described options: defaults filled in, mistakes listed. */
    public DescribedValues.Reading read(Map<String, ?> values) {
        return DescribedValues.read(options(), values);
    }

    /** All mistakes in the values: those that the options show, or, if there are none, those that the plugin finds. */
    public List<Violation> validate(Map<String, ?> values) {
        var reading = read(values);
        return reading.violations().isEmpty()
                ? guard.quick(id() + ".validate", () -> TypeDescription.capped(type.validate(reading.values())))
                : reading.violations();
    }

    /** One line that says what will run. */
    public String summary(OptionValues values) {
        return guard.quick(id() + ".summary", () -> TypeDescription.line(type.summary(values)));
    }

    /** Runs the task on the calling thread, which the caller interrupts to cancel it. */
    public TaskResult run(TaskContext context, OptionValues values) throws TaskException, InterruptedException {
        return guard.here(id() + ".run", () -> type.run(context, values), TaskException.class);
    }
}
