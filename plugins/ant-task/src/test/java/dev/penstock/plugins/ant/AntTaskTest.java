package dev.penstock.plugins.ant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.plugin.option.OptionValues;
import dev.penstock.plugin.task.TaskResult;
import dev.penstock.plugin.task.TaskType;
import dev.penstock.testkit.LocalTask;
import dev.penstock.testkit.TaskTypeContract;
import dev.penstock.testkit.TestValues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the real Ant, from the class path of this test. */
class AntTaskTest implements TaskTypeContract {

    @Override
    public TaskType type() {
        return new AntTask();
    }

    private static TestValues values() {
        return TestValues.of(new AntTask().options());
    }

    private static void build(Path folder, String file) throws Exception {
        Files.writeString(folder.resolve(file), """
                <project default="hello">
                  <target name="hello"><echo>hello ${who}</echo></target>
                  <target name="broken"><fail message="no"/></target>
                  <target name="endless"><sleep minutes="5"/></target>
                </project>
                """);
    }

    @Override
    public OptionValues passing(Path workingDirectory) throws Exception {
        build(workingDirectory, "my build.xml");
        return values().with("build_file", "my build.xml").with("target", "-Dwho='a  b' hello");
    }

    @Override
    public OptionValues failing(Path workingDirectory) throws Exception {
        build(workingDirectory, "build.xml");
        return values().with("target", "broken");
    }

    @Override
    public OptionValues endless(Path workingDirectory) throws Exception {
        build(workingDirectory, "build.xml");
        return values().with("target", "endless");
    }

    @Override
    public Map<String, String> environment(Path workingDirectory) throws Exception {
        return FakeTools.path(
                "ant",
                "exec '" + Path.of(System.getProperty("java.home"), "bin", "java") + "' -XX:TieredStopAtLevel=1 -cp '"
                        + System.getProperty("java.class.path") + "' org.apache.tools.ant.Main \"$@\"");
    }

    @Test
    void wordsOfTheTargetKeepTogetherInQuotes(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        var context = new LocalTask(folder, temporary, environment(folder));

        TaskResult result = type().run(context, passing(folder));

        assertThat(result).isEqualTo(new TaskResult.Passed());
        assertThat(context.recorded().text()).contains("hello a  b");
        assertThat(context.started().getFirst().words())
                .containsExactly("ant", "-f", "my build.xml", "-Dwho=a  b", "hello");
    }

    /** GoCD also fails a build that prints these words; here the exit code alone decides. */
    @Test
    void wordsOfTheToolDecideNothing(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        var context = new LocalTask(folder, temporary, FakeTools.path("ant", "echo BUILD FAILED"));

        assertThat(type().run(context, values())).isEqualTo(new TaskResult.Passed());
    }

    @Test
    void quoteThatIsNotClosedIsAMistake() {
        assertThat(type().validate(values().with("target", "\"clean")))
                .singleElement()
                .satisfies(violation -> assertThat(violation.path()).isEqualTo("target"));
        assertThat(type().summary(values().with("target", "\"clean"))).isEqualTo("ant \"clean");
    }

    @Test
    void buildFileIsNoOption() {
        assertThat(type().validate(values().with("build_file", "-lib"))).hasSize(1);
    }

    @Test
    void summaryIsTheCommand() {
        assertThat(type().summary(values().with("build_file", "a b.xml").with("target", "clean run")))
                .isEqualTo("ant -f \"a b.xml\" clean run");
    }
}
