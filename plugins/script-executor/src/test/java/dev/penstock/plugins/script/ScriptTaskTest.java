package dev.penstock.plugins.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.plugin.option.OptionValues;
import dev.penstock.plugin.task.TaskResult;
import dev.penstock.plugin.task.TaskType;
import dev.penstock.testkit.LocalTask;
import dev.penstock.testkit.RecordingConsole;
import dev.penstock.testkit.TaskTypeContract;
import dev.penstock.testkit.TestValues;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptTaskTest implements TaskTypeContract {

    @Override
    public TaskType type() {
        return new ScriptTask();
    }

    private static TestValues script(String text) {
        return TestValues.of(new ScriptTask().options()).with("script", text);
    }

    @Override
    public OptionValues passing(Path workingDirectory) {
        return script("echo one\necho two");
    }

    @Override
    public OptionValues failing(Path workingDirectory) {
        return script("exit 3");
    }

    @Override
    public OptionValues endless(Path workingDirectory) {
        return script("sleep 300\n");
    }

    private record Ran(TaskResult result, RecordingConsole console) {
        List<String> out() {
            return console.lines(RecordingConsole.Kind.OUT);
        }
    }

    private static Ran run(OptionValues values, Path folder, Path temporary) throws Exception {
        var context = new LocalTask(folder, temporary, System.getenv());
        return new Ran(new ScriptTask().run(context, values), context.recorded());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "sh"})
    void stopsAtTheFirstError(String shell, @TempDir Path folder, @TempDir Path temporary) throws Exception {
        var ran = run(script("false\necho reached").with("shtype", shell), folder, temporary);

        assertThat(ran.result()).isEqualTo(TaskResult.Failed.exitCode(1));
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void pipeFailsByAnyOfItsCommandsInBash(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        var ran = run(script("false | cat\necho reached"), folder, temporary);

        assertThat(ran.result()).isInstanceOf(TaskResult.Failed.class);
    }

    @Test
    void lastCommandDecidesWhenThatIsWanted(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        var ran = run(script("false\necho reached").with("fail_fast", false), folder, temporary);

        assertThat(ran.result()).isEqualTo(new TaskResult.Passed());
        assertThat(ran.out()).containsExactly("reached");
    }

    @Test
    void getsItsArgumentsAsTheyAre(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        var values =
                script("for a in \"$@\"; do echo \"<$a>\"; done").with("arguments", List.of("a b", "$HOME", "-x", "*"));

        assertThat(run(values, folder, temporary).out()).containsExactly("<a b>", "<$HOME>", "<-x>", "<*>");
    }

    @Test
    void runsInTheWorkingDirectoryAndItsFileIsElsewhereAndGone(@TempDir Path folder, @TempDir Path temporary)
            throws Exception {
        var ran = run(script("pwd\nls -A | wc -l\ncat \"$0\" > /dev/null && echo there"), folder, temporary);

        assertThat(ran.out().getFirst()).isEqualTo(folder.toRealPath().toString());
        assertThat(ran.out().get(1).strip()).isEqualTo("0");
        assertThat(ran.out().get(2)).isEqualTo("there");
        assertThat(folder).isEmptyDirectory();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void fileIsGoneAfterAFailureToo(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        run(script("exit 1"), folder, temporary);

        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void textThatWasTypedOnWindowsRuns(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        var ran = run(script("if true\r\nthen\r\n  echo yes\r\nfi\r\n"), folder, temporary);

        assertThat(ran.out()).containsExactly("yes");
    }

    @Test
    void pythonIsAnInterpreterLikeAnother(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        var values = script("import sys\nprint('안녕', sys.argv[1])\nraise SystemExit(4)\n")
                .with("shtype", "python3")
                .with("arguments", List.of("x"));

        var ran = run(values, folder, temporary);

        assertThat(ran.out()).containsExactly("안녕 x");
        assertThat(ran.result()).isEqualTo(TaskResult.Failed.exitCode(4));
    }

    @Test
    void firstLineOfTheScriptChoosesItsInterpreter(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        var values = script("#!/usr/bin/env python3\nprint(6 * 7)\n").with("shtype", "bash");

        assertThat(run(values, folder, temporary).out()).containsExactly("42");
    }

    @Test
    void textIsNotShown(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        var values = script("X=hidden-word\ntrue");

        var ran = run(values, folder, temporary);

        assertThat(ran.console().text()).doesNotContain("hidden-word");
        assertThat(new ScriptTask().summary(values)).isEqualTo("bash script of 2 lines");
    }

    @Test
    void interpreterIsNoOption() {
        assertThat(new ScriptTask().validate(script("x").with("shtype", "-c"))).hasSize(1);
    }
}
