package dev.penstock.plugins.ant;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionValues;
import dev.penstock.plugin.task.CommandLine;
import dev.penstock.plugin.task.TaskContext;
import dev.penstock.plugin.task.TaskException;
import dev.penstock.plugin.task.TaskResult;
import dev.penstock.plugin.task.TaskType;
import java.util.ArrayList;
import java.util.List;
import org.pf4j.Extension;

/** The task type {@code ant}. */
@Extension
public final class AntTask implements TaskType {

    @Override
    public String id() {
        return "ant";
    }

    @Override
    public Text label() {
        return Text.of("Ant");
    }

    @Override
    public List<Option> options() {
        return List.of(BuildTool.buildFile("build.xml"), BuildTool.target());
    }

    @Override
    public List<Violation> validate(OptionValues values) {
        return BuildTool.validate(values);
    }

    @Override
    public String summary(OptionValues values) {
        return BuildTool.validate(values).isEmpty()
                ? BuildTool.shown(command(values))
                : BuildTool.summary("ant", values);
    }

    @Override
    public TaskResult run(TaskContext context, OptionValues values) throws TaskException, InterruptedException {
        return context.run(command(values));
    }

    private static CommandLine command(OptionValues values) {
        var words = new ArrayList<String>();
        words.add("ant");
        values.text(BuildTool.BUILD_FILE).ifPresent(file -> words.addAll(List.of("-f", file)));
        words.addAll(BuildTool.targets(values));
        return CommandLine.of(words);
    }
}
