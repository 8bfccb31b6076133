package dev.penstock.agent.job;

import dev.penstock.plugin.task.TaskException;
import dev.penstock.plugin.task.TaskResult;
import dev.penstock.pluginhost.DescribedValues;
import dev.penstock.pluginhost.TaskHandle;
import java.util.Map;
import java.util.stream.Collectors;

/** A task whose type a plugin brings. */
record PluginTask(TaskHandle type, DescribedValues values) implements TaskWork {

    static PluginTask of(TaskHandle type, Map<String, Object> options) throws TaskException {
        DescribedValues.Reading reading = type.read(options);
        if (!reading.violations().isEmpty()) {
            throw new TaskException("The options of the task do not fit plugin " + type.plugin() + ": "
                    + reading.violations().stream()
                            .map(violation -> violation.path() + ": " + violation.message())
                            .collect(Collectors.joining("; ")));
        }
        return new PluginTask(type, reading.values());
    }

    @Override
    public String summary() {
        return type.summary(values);
    }

    @Override
    public TaskResult run(AgentTaskContext context) throws TaskException, InterruptedException {
        return type.run(context, values);
    }
}
