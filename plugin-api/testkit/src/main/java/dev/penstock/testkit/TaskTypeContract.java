package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import dev.penstock.plugin.option.OptionValues;
import dev.penstock.plugin.task.TaskException;
import dev.penstock.plugin.task.TaskResult;
import dev.penstock.plugin.task.TaskType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every task type promises to the agent and to people; implement this interface in a test class and JUnit runs its
 * tests. Each test gets folders of its own.
 *
 * <pre>{@code
 * class AntTaskTest implements TaskTypeContract {
 *     public TaskType type() { return new AntTask(); }
 *     public OptionValues passing(Path folder) throws Exception { ... }
 *     public OptionValues failing(Path folder) throws Exception { ... }
 *     public OptionValues endless(Path folder) throws Exception { ... }
 * }
 * }</pre>
 */
public interface TaskTypeContract {

    /** The type under test. */
    TaskType type();

    /** Puts into the working directory what a task needs that will pass, and gives its values. */
    OptionValues passing(Path workingDirectory) throws Exception;

    /** The same for one whose tool ends with another exit code than 0. */
    OptionValues failing(Path workingDirectory) throws Exception;

    /** The same for one that would run for a minute and more. */
    OptionValues endless(Path workingDirectory) throws Exception;

    /** The variables of the job; this process's own unless you say otherwise. */
    default Map<String, String> environment(Path workingDirectory) throws Exception {
        return System.getenv();
    }

    /** Whether it starts a program that may be missing; say no when it works by itself. */
    default boolean needsATool() {
        return true;
    }

    /** The description is complete, in both languages, and fits the host's rules. */
    @Test
    default void describesItself() {
        TaskType type = type();

        assertThat(TypeRules.description(type.id(), type.label(), type.options(), TypeRules.OF_EVERY_TASK))
                .isEmpty();
    }

    /** The host finds it in its jar. */
    @Test
    default void isFoundByTheHost() {
        assertThat(TypeRules.extension(type().getClass())).isEmpty();
    }

    /** One instance serves all threads. */
    @Test
    default void keepsNoState() {
        assertThat(TypeRules.state(type().getClass())).isEmpty();
    }

    /** Good values are not complained about. */
    @Test
    default void acceptsGoodValues(@TempDir Path folder) throws Exception {
        OptionValues good = passing(folder);

        assertThat(type().validate(good)).isEmpty();
    }

    /** Values that lack everything are answered, and not with an exception. */
    @Test
    default void answersEmptyValues() {
        assertThat(type().validate(TestValues.of(type().options()))).isNotNull();
    }

    /** The summary is a line for the console and the UI. */
    @Test
    default void saysInOneLineWhatWillRun(@TempDir Path folder) throws Exception {
        String summary = type().summary(passing(folder));

        assertThat(TypeRules.line("the summary", summary)).isEmpty();
    }

    /** Secrets are in no summary. */
    @Test
    default void summaryHidesSecrets(@TempDir Path folder) throws Exception {
        OptionValues good = passing(folder);
        Assumptions.assumeTrue(good instanceof TestValues, "only TestValues can be given a secret more");
        TestValues values = (TestValues) good;
        for (Option option : type().options()) {
            values = option.kind() == OptionKind.SECRET ? values.with(option.name(), "s3cret-marker") : values;
        }

        assertThat(type().summary(values)).doesNotContain("s3cret-marker");
    }

    /** A task whose tool ends with 0 passes. */
    @Test
    default void passes(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        OptionValues values = passing(folder);
        var context = new LocalTask(folder, temporary, environment(folder));

        TaskResult result = type().run(context, values);

        assertThat(result).as(context.recorded().text()).isInstanceOf(TaskResult.Passed.class);
    }

    /** A task whose tool says no fails; that is an answer and not an exception. */
    @Test
    default void failsWithoutAnException(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        OptionValues values = failing(folder);
        var context = new LocalTask(folder, temporary, environment(folder));

        TaskResult result = type().run(context, values);

        assertThat(result).as(context.recorded().text()).isInstanceOf(TaskResult.Failed.class);
    }

    /** A cancelled job's thread is interrupted; the task is gone within the grace period, with all that it started. */
    @Test
    default void endsWhenItIsInterrupted(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        OptionValues values = endless(folder);
        var context = new LocalTask(folder, temporary, environment(folder));
        var task = new FutureTask<>(() -> type().run(context, values));
        Thread thread = Thread.ofVirtual().start(task);
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (needsATool() && context.started().isEmpty() && !task.isDone() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }

        thread.interrupt();

        assertThatThrownBy(() -> task.get(context.gracePeriod().toMillis(), TimeUnit.MILLISECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    /** A missing tool is told by its name, with the PATH and the agent. */
    @Test
    default void saysWhichToolIsMissing(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        Assumptions.assumeTrue(needsATool());
        OptionValues values = passing(folder);
        Path nothing = Files.createDirectory(temporary.resolve("empty-path"));
        var environment = new HashMap<>(environment(folder));
        environment.put("PATH", nothing.toString());
        var context = new LocalTask(folder, temporary, environment);

        assertThatThrownBy(() -> type().run(context, values))
                .isInstanceOf(TaskException.class)
                .hasMessageContaining(nothing.toString())
                .hasMessageContaining(context.agentName());
    }
}
