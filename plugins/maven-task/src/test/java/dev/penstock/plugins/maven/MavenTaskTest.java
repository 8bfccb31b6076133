package dev.penstock.plugins.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.OptionValues;
import dev.penstock.plugin.task.TaskException;
import dev.penstock.plugin.task.TaskResult;
import dev.penstock.plugin.task.TaskType;
import dev.penstock.testkit.LocalTask;
import dev.penstock.testkit.TaskTypeContract;
import dev.penstock.testkit.TestValues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract with a stand-in for Maven, and one build with the real one. */
class MavenTaskTest implements TaskTypeContract {
    /** Prints its words, and behaves as the first of them says. */
    private static final String STAND_IN = """
            #!/bin/sh
            printf '<%s>' "$@"; echo; echo "JAVA_HOME=$JAVA_HOME"
            for w in "$@"; do case $w in fail) exit 2;; sleep) sleep 300;; esac; done
            """;

    @Override
    public TaskType type() {
        return new MavenTask();
    }

    private static TestValues values() {
        return TestValues.of(new MavenTask().options()).with("goals", "clean package");
    }

    @Override
    public OptionValues passing(Path workingDirectory) {
        return values();
    }

    @Override
    public OptionValues failing(Path workingDirectory) {
        return values().with("goals", "fail");
    }

    @Override
    public OptionValues endless(Path workingDirectory) {
        return values().with("goals", "sleep");
    }

    private static Path tool(Path file) throws Exception {
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, STAND_IN);
        file.toFile().setExecutable(true);
        return file;
    }

    @Override
    public Map<String, String> environment(Path workingDirectory) throws Exception {
        Path tools = Files.createTempDirectory("tools-");
        Path file = tool(tools.resolve("mvn"));
        file.toFile().deleteOnExit();
        tools.toFile().deleteOnExit();
        var environment = new HashMap<>(System.getenv());
        environment.keySet().removeAll(List.of("M2_HOME", "JAVA_HOME"));
        environment.put("PATH", tools + ":" + System.getenv("PATH"));
        return environment;
    }

    private LocalTask run(OptionValues values, Path folder, Path temporary, Map<String, String> more) throws Exception {
        var environment = new HashMap<>(environment(folder));
        environment.putAll(more);
        var context = new LocalTask(folder, temporary, environment);
        TaskResult result = type().run(context, values);
        assertThat(result).as(context.recorded().text()).isEqualTo(new TaskResult.Passed());
        return context;
    }

    private static String said(LocalTask context) {
        return context.recorded().text();
    }

    @Test
    void everyOptionBecomesItsWords(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        var properties = new LinkedHashMap<String, String>();
        properties.put("version", "1 2");
        properties.put("skipTests", "true");
        var values = values().with("goals", "clean 'some:goal arg'")
                .with("pom_file", "app/pom.xml")
                .with("profiles", List.of("prod", "!dev"))
                .with("properties", properties)
                .with("arguments", List.of("-T", "2"))
                .with("settings_file", "conf/settings.xml")
                .with("offline", true)
                .with("quiet", true)
                .with("debug", true);

        LocalTask context = run(values, folder, temporary, Map.of());

        assertThat(context.started().getFirst().words())
                .containsExactly(
                        "mvn",
                        "-B",
                        "-o",
                        "-q",
                        "-X",
                        "-f",
                        "app/pom.xml",
                        "-s",
                        "conf/settings.xml",
                        "-P",
                        "prod,!dev",
                        "-Dversion=1 2",
                        "-DskipTests=true",
                        "-T",
                        "2",
                        "clean",
                        "some:goal arg");
    }

    @Test
    void batchModeCanBeSwitchedOff(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        LocalTask context = run(values().with("batch_mode", false), folder, temporary, Map.of());

        assertThat(said(context)).startsWith("<clean><package>");
    }

    @Test
    void javaHomeOfTheTaskWinsOverTheJobs(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        String java = System.getProperty("java.home");

        LocalTask own = run(values().with("java_home", java), folder, temporary, Map.of("JAVA_HOME", "/other"));
        LocalTask jobs = run(values(), folder, temporary, Map.of("JAVA_HOME", "/other"));

        assertThat(said(own)).contains("JAVA_HOME=" + java);
        assertThat(said(jobs)).contains("JAVA_HOME=/other");
    }

    @Test
    void javaHomeWithoutAJdkIsTold(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        var context = new LocalTask(folder, temporary, environment(folder));

        assertThatThrownBy(() -> type().run(context, values().with("java_home", "/no/jdk")))
                .isInstanceOf(TaskException.class)
                .hasMessageContainingAll("\"/no/jdk\"", "test-agent", "/no/jdk/bin/java");
    }

    @Test
    void chosenMavenIsUsedAndAMissingOneIsTold(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        Path mvn = tool(folder.resolve("maven/bin/mvn"));

        LocalTask context =
                run(values().with("maven_home", folder.resolve("maven").toString()), folder, temporary, Map.of());

        assertThat(context.started().getFirst().words().getFirst()).isEqualTo(mvn.toString());
        assertThatThrownBy(() -> type().run(context, values().with("maven_home", "/no/maven")))
                .isInstanceOf(TaskException.class)
                .hasMessageContainingAll("\"/no/maven\"", "test-agent");
    }

    @Test
    void mavenOfTheVariableIsTakenWhenItIsThere(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        Path mvn = tool(folder.resolve("maven/bin/mvn"));

        LocalTask there = run(
                values(),
                folder,
                temporary,
                Map.of("M2_HOME", folder.resolve("maven").toString()));
        LocalTask stale = run(values(), folder, temporary, Map.of("M2_HOME", "/gone"));

        assertThat(there.started().getFirst().words().getFirst()).isEqualTo(mvn.toString());
        assertThat(stale.started().getFirst().words().getFirst()).isEqualTo("mvn");
        assertThat(said(stale)).contains("M2_HOME leads to no Maven");
    }

    @Test
    void wrapperIsUsedWithOrWithoutPermissionToExecuteIt(@TempDir Path folder, @TempDir Path temporary)
            throws Exception {
        Path wrapper = tool(folder.resolve("mvnw"));

        LocalTask executable = run(values().with("use_wrapper", true), folder, temporary, Map.of());
        wrapper.toFile().setExecutable(false, false);
        LocalTask plain = run(values().with("use_wrapper", true), folder, temporary, Map.of());

        assertThat(executable.started().getFirst().words().getFirst()).isEqualTo(wrapper.toString());
        assertThat(plain.started().getFirst().words()).startsWith("sh", wrapper.toString());
    }

    @Test
    void missingWrapperIsTold(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        var context = new LocalTask(folder, temporary, environment(folder));

        assertThatThrownBy(() -> type().run(context, values().with("use_wrapper", true)))
                .isInstanceOf(TaskException.class)
                .hasMessageContainingAll(folder.resolve("mvnw").toString(), "test-agent", "Commit it");
    }

    @Test
    void settingsAreAFileWhileMavenRunsAndNoLonger(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        LocalTask context = run(values().with("settings", "<settings>s3cret</settings>"), folder, temporary, Map.of());

        assertThat(context.started().getFirst().words())
                .containsSequence("-s", temporary.resolve("settings.xml").toString());
        assertThat(said(context)).doesNotContain("s3cret");
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void valuesThatContradictEachOtherAreMistakes() {
        var values = values().with("goals", "'clean")
                .with("pom_file", "-x")
                .with("profiles", List.of("a,b"))
                .with("properties", Map.of("a=b", "c"))
                .with("use_wrapper", true)
                .with("maven_home", "/m")
                .with("settings", "x")
                .with("settings_file", "y");

        assertThat(type().validate(values))
                .extracting(Violation::path)
                .containsExactly("goals", "pom_file", "profiles", "properties", "maven_home", "settings_file");
    }

    @Test
    void summaryShowsNoValuesOfProperties() {
        var values = values().with("properties", Map.of("password", "s3cret")).with("profiles", List.of("prod"));

        assertThat(type().summary(values)).isEqualTo("mvn -P prod -D password clean package");
    }

    @Test
    void realMavenBuildsAndFails(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        Files.writeString(folder.resolve("pom.xml"), """
                <project><modelVersion>4.0.0</modelVersion>
                <groupId>x</groupId><artifactId>x</artifactId><version>1</version><packaging>pom</packaging></project>
                """);
        var context = new LocalTask(folder, temporary, System.getenv());

        TaskResult good = type().run(context, values().with("goals", "validate").with("offline", true));
        TaskResult bad = type().run(context, values().with("goals", "validate").with("pom_file", "none.xml"));

        assertThat(good).as(said(context)).isEqualTo(new TaskResult.Passed());
        assertThat(said(context)).contains("BUILD SUCCESS");
        assertThat(bad).isEqualTo(TaskResult.Failed.exitCode(1));
    }
}
