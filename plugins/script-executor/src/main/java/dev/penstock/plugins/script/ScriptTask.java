package dev.penstock.plugins.script;

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
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pf4j.Extension;

/** The task type {@code script}. Its options {@code script} and {@code shtype} are named as in GoCD's plugin. */
@Extension
public final class ScriptTask implements TaskType {
    private static final String SCRIPT = "script";
    private static final String INTERPRETER = "shtype";
    private static final String ARGUMENTS = "arguments";
    private static final String FAIL_FAST = "fail_fast";

    @Override
    public String id() {
        return "script";
    }

    @Override
    public Text label() {
        return Text.of("Script", "스크립트");
    }

    @Override
    public List<Option> options() {
        return List.of(
                Option.of(SCRIPT, OptionKind.MULTILINE, Text.of("Script", "스크립트"))
                        .withHelp(Text.of(
                                "Many lines are possible. The text is not shown in the console.",
                                "여러 줄을 쓸 수 있습니다. 내용은 콘솔에 표시되지 않습니다."))
                        .asRequired(),
                Option.of(INTERPRETER, OptionKind.TEXT, Text.of("Interpreter", "인터프리터"))
                        .withHelp(Text.of(
                                "bash, sh, zsh, python3, pwsh, powershell, cmd or any other program on the agent. A first"
                                        + " line such as #!/usr/bin/env python3 wins. Empty: bash, on Windows cmd.",
                                "bash, sh, zsh, python3, pwsh, powershell, cmd 또는 에이전트에 있는 다른 프로그램입니다."
                                        + " 첫 줄이 #!/usr/bin/env python3 같은 형식이면 그것이 우선합니다. 비워 두면"
                                        + " bash, Windows 에서는 cmd 입니다."))
                        .withPlaceholder("bash"),
                Option.of(FAIL_FAST, OptionKind.BOOLEAN, Text.of("Stop at the first error", "첫 오류에서 중단"))
                        .withHelp(Text.of(
                                "Off: the last command alone decides, as in GoCD.", "끄면 GoCD 처럼 마지막 명령의 결과만으로 판정합니다."))
                        .withDefault("true"),
                Option.of(ARGUMENTS, OptionKind.LIST, Text.of("Arguments", "인수"))
                        .withHelp(Text.of(
                                "One per line; the script reads them as $1, $2 and so on.",
                                "한 줄에 하나씩 적습니다. 스크립트에서 $1, $2 등으로 읽습니다.")));
    }

    @Override
    public List<Violation> validate(OptionValues values) {
        var wrong = new ArrayList<Violation>();
        String interpreter = values.text(INTERPRETER).orElse("");
        if (interpreter.startsWith("-")) {
            wrong.add(new Violation(INTERPRETER, "The interpreter \"" + interpreter + "\" must not begin with \"-\""));
        }
        values.text(SCRIPT)
                .filter(text -> text.indexOf('\0') >= 0)
                .ifPresent(_ -> wrong.add(new Violation(SCRIPT, "The script has a NUL character in it")));
        return wrong;
    }

    @Override
    public String summary(OptionValues values) {
        String script = values.text(SCRIPT).orElse("");
        long lines = script.lines().count();
        return Interpreter.of(script, values.text(INTERPRETER), onWindows()).name() + " script of " + lines
                + (lines == 1 ? " line" : " lines");
    }

    @Override
    public TaskResult run(TaskContext context, OptionValues values) throws TaskException, InterruptedException {
        String script = values.require(SCRIPT);
        var interpreter = Interpreter.of(script, values.text(INTERPRETER), onWindows());
        boolean failFast = values.flag(FAIL_FAST);
        if (failFast && !interpreter.canFailFast()) {
            context.console()
                    .note(interpreter.name() + " cannot be told to stop at the first error: the script has to check"
                            + " its commands itself");
        }
        Path file = context.temporaryDirectory().resolve("script" + interpreter.ending());
        Path starter = context.temporaryDirectory().resolve("start" + interpreter.ending());
        try {
            write(file, interpreter.encoded(script));
            var words = new ArrayList<>(interpreter.command(failFast));
            if (interpreter.starter(failFast).isPresent()) {
                write(starter, interpreter.encoded(interpreter.starter(failFast).get()));
                words.add(starter.toString());
            } else {
                words.add(file.toString());
            }
            words.addAll(values.list(ARGUMENTS));
            return context.run(CommandLine.of(words));
        } finally {
            delete(context, file);
            delete(context, starter);
        }
    }

    private static void write(Path file, byte[] bytes) throws TaskException {
        try {
            // The folder is the task's own, which nobody else may enter.
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new TaskException("The script cannot be written to " + file + ": " + e.getMessage(), e);
        }
    }

    /** The agent removes the folder as well; this way the text is gone when the next task starts, come what may. */
    private static void delete(TaskContext context, Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            context.console().note("The file " + file + " of the script is removed later: " + e.getMessage());
        }
    }

    private static boolean onWindows() {
        return File.separatorChar == '\\';
    }
}
