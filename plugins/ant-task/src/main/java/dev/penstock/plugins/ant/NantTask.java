package dev.penstock.plugins.ant;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import dev.penstock.plugin.option.OptionValues;
import dev.penstock.plugin.task.CommandLine;
import dev.penstock.plugin.task.TaskContext;
import dev.penstock.plugin.task.TaskException;
import dev.penstock.plugin.task.TaskResult;
import dev.penstock.plugin.task.TaskType;
import java.util.ArrayList;
import java.util.List;
import org.pf4j.Extension;

/** The task type {@code nant}. */
@Extension
public final class NantTask implements TaskType {
    private static final String PATH = "nant_path";

    @Override
    public String id() {
        return "nant";
    }

    @Override
    public Text label() {
        return Text.of("NAnt");
    }

    @Override
    public List<Option> options() {
        return List.of(
                Option.of(PATH, OptionKind.TEXT, Text.of("NAnt path", "NAnt 경로"))
                        .withHelp(Text.of(
                                "The folder of the program nant; empty to look on the PATH.",
                                "nant 프로그램이 있는 폴더입니다. 비워 두면 PATH 에서 찾습니다.")),
                BuildTool.buildFile("default.build"),
                BuildTool.target());
    }

    @Override
    public List<Violation> validate(OptionValues values) {
        return BuildTool.validate(values);
    }

    @Override
    public String summary(OptionValues values) {
        return BuildTool.validate(values).isEmpty()
                ? BuildTool.shown(command(values))
                : BuildTool.summary("nant", values);
    }

    @Override
    public TaskResult run(TaskContext context, OptionValues values) throws TaskException, InterruptedException {
        return context.run(command(values));
    }

    private static CommandLine command(OptionValues values) {
        var words = new ArrayList<String>();
        words.add(values.text(PATH)
                .map(folder -> folder.endsWith("/") ? folder + "nant" : folder + "/nant")
                .orElse("nant"));
        values.text(BuildTool.BUILD_FILE).ifPresent(file -> words.add("-buildfile:" + file));
        words.addAll(BuildTool.targets(values));
        return CommandLine.of(words);
    }
}
