package dev.penstock.agent.job;

import dev.penstock.agent.console.JobConsole;
import dev.penstock.agent.protocol.JobAssignment.RunIf;
import dev.penstock.agent.protocol.JobAssignment.Task;
import dev.penstock.agent.protocol.JobReport.Reason;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.agent.protocol.JobReport.TaskState;
import dev.penstock.plugin.task.TaskException;
import dev.penstock.plugin.task.TaskResult;
import dev.penstock.pluginhost.PluginCallException;
import dev.penstock.pluginhost.PluginSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the tasks of a job in their order. A task that fails fails the job, and the rest runs as its run-if says. */
final class TaskRunner {
    private static final Logger log = LoggerFactory.getLogger(TaskRunner.class);

    /** Cleaning up after a cancel takes a moment, not the night. */
    private static final Duration CLEAN_UP_LIMIT = Duration.ofMinutes(5);

    private static final int ON_CANCEL = Integer.MIN_VALUE;

    private final Place place;
    private final AgentTaskContext.Programs programs;
    private final InstantSource clock;
    private final Means means;
    private @Nullable Failure failure;

    /**
     * What tasks need of their job.
     *
     * @param plugins null when the job has none
     * @param stop says, when a task was broken off, whether it may clean up
     */
    record Means(
            Workspace workspace,
            Map<String, String> environment,
            @Nullable PluginSet plugins,
            FetchTask.Source source,
            StopSignal stop) {
        boolean mayCleanUp() {
            return stop.reason().filter(Stop::allowsCleanUp).isPresent();
        }
    }

    /** How a task came out: its state, and what there is to say. */
    private record Came(
            TaskState state,
            String words,
            OptionalInt exitCode,
            @Nullable Failure failure) {}

    TaskRunner(Place place, AgentTaskContext.Programs programs, InstantSource clock, Means means) {
        this.place = place;
        this.programs = programs;
        this.clock = clock;
        this.means = means;
    }

    /** Runs the tasks; why the job failed, or null. */
    @Nullable
    Failure run(List<Task> tasks) throws InterruptedException {
        for (int i = 0; i < tasks.size(); i++) {
            if (isDue(tasks.get(i).runIf())) {
                Failure why = run(i, tasks.get(i));
                failure = failure == null ? why : failure;
            }
        }
        return failure;
    }

    private boolean isDue(List<RunIf> runIf) {
        RunIf present = failure == null ? RunIf.PASSED : RunIf.FAILED;
        return runIf.isEmpty() ? present == RunIf.PASSED : runIf.contains(RunIf.ANY) || runIf.contains(present);
    }

    private @Nullable Failure run(int index, Task task) throws InterruptedException {
        try {
            Came came = step(index, task, Duration.ofSeconds(task.timeoutSeconds()));
            return came.failure();
        } catch (InterruptedException e) {
            cleanUp(task);
            throw e;
        }
    }

    /** One task with its lines in the console and its facts in the journal. */
    private Came step(int index, Task task, Duration limit) throws InterruptedException {
        JobConsole console = programs.console();
        Instant startedAt = clock.instant();
        long start = System.nanoTime();
        TaskWork work = null;
        Came came = null;
        String summary = task.type();
        try {
            work = work(task);
            summary = oneLine(console.masked(work.summary()));
        } catch (TaskException | PluginCallException e) {
            came = broke(e, false);
        }
        long offset = console.begin(summary);
        var begun = new TaskRun(index, summary, TaskState.RUNNING, offset, startedAt, null, null);
        note(begun);
        try {
            if (came == null && work != null) {
                came = run(task, work, limit);
            }
        } catch (InterruptedException e) {
            finish(begun, new Came(TaskState.CANCELLED, "", OptionalInt.empty(), null), start);
            throw e;
        }
        Came end = Objects.requireNonNull(came);
        if (end.failure() != null && end.words().isEmpty()) {
            console.problem(String.valueOf(end.failure().getMessage()));
        }
        finish(begun, end, start);
        return end;
    }

    private void finish(TaskRun begun, Came came, long start) {
        String seconds = tenths((System.nanoTime() - start) / 1_000_000);
        String state = came.state().name().toLowerCase(Locale.ROOT);
        programs.console()
                .finish(state + (came.words().isEmpty() ? "" : ": " + came.words()) + " after " + seconds + " s");
        note(new TaskRun(
                begun.index(),
                begun.summary(),
                came.state(),
                begun.consoleOffset(),
                begun.startedAt(),
                clock.instant(),
                came.exitCode().isPresent() ? came.exitCode().getAsInt() : null));
    }

    /** An on-cancel task has no number of its own; its lines in the console tell of it. */
    private void note(TaskRun run) {
        if (run.index() != ON_CANCEL) {
            programs.journal().add(run);
        }
    }

    private Came run(Task task, TaskWork work, Duration limit) throws InterruptedException {
        Path directory;
        try {
            directory = means.workspace().resolve(task.workingDirectory());
            if (!Files.isDirectory(directory)) {
                throw new IOException("The working directory \"" + task.workingDirectory() + "\" is missing in \""
                        + means.workspace().folder() + "\"");
            }
        } catch (IOException e) {
            return broke(new TaskException(String.valueOf(e.getMessage()), e), false);
        }
        try (var context = new AgentTaskContext(place, programs, directory, means.environment())) {
            var thread = new TaskThread(work, context);
            return switch (work instanceof ExecTask && limit.isZero() ? thread.runHere() : thread.run(limit)) {
                case TaskThread.Outcome.Ended(var result) -> ended(oneLine(work.summary()), result);
                case TaskThread.Outcome.Broke(var why) -> broke(why, context.isToolMissing());
                case TaskThread.Outcome.TimedOut() -> {
                    String words = "no end after " + limit.toSeconds() + " s, its time limit";
                    yield new Came(
                            TaskState.FAILED,
                            words,
                            OptionalInt.empty(),
                            new Failure(Reason.TASK_FAILED, "Task \"" + oneLine(work.summary()) + "\": " + words));
                }
            };
        }
    }

    private Came ended(String summary, TaskResult result) {
        return switch (result) {
            case TaskResult.Passed() -> new Came(TaskState.PASSED, "", OptionalInt.empty(), null);
            case TaskResult.Failed(var message, var exitCode) ->
                new Came(
                        TaskState.FAILED,
                        exitCode.isPresent() ? "exit code " + exitCode.getAsInt() : oneLine(message),
                        exitCode,
                        new Failure(Reason.TASK_FAILED, "Task \"" + summary + "\" " + oneLine(message)));
        };
    }

    private Came broke(Throwable why, boolean toolMissing) {
        String message = why instanceof TaskException || why instanceof PluginCallException
                ? String.valueOf(why.getMessage())
                : "The task broke: " + why;
        if (!(why instanceof TaskException) || why.getCause() != null) {
            log.atInfo().setCause(why).log("A task could not be done");
        }
        Reason reason = toolMissing
                ? Reason.TOOL_NOT_FOUND
                : why instanceof TaskException ? Reason.TASK_FAILED : Reason.PLUGIN_FAILED;
        return new Came(TaskState.FAILED, "", OptionalInt.empty(), new Failure(reason, oneLine(message), why));
    }

    /** The on-cancel task of the task that was broken off, when the stop allows it. */
    private void cleanUp(Task task) throws InterruptedException {
        Task onCancel = task.onCancel();
        if (onCancel == null || !means.mayCleanUp()) {
            return;
        }
        programs.console().note("The task was stopped; its on-cancel task runs");
        Duration own = Duration.ofSeconds(onCancel.timeoutSeconds());
        boolean limited = !own.isZero() && own.compareTo(CLEAN_UP_LIMIT) < 0;
        step(ON_CANCEL, onCancel, limited ? own : CLEAN_UP_LIMIT);
    }

    private TaskWork work(Task task) throws TaskException {
        return switch (task.type()) {
            case ExecTask.TYPE -> ExecTask.of(task.options());
            case FetchTask.TYPE ->
                FetchTask.of(task.options(), programs.journal().held(), means.workspace(), means.source());
            default ->
                PluginTask.of(
                        Optional.ofNullable(means.plugins())
                                .flatMap(set -> set.taskType(task.type()))
                                .orElseThrow(() -> new TaskException(
                                        "The server gave no plugin for tasks of type \"" + task.type() + "\"")),
                        task.options());
        };
    }

    /** Seconds with one digit behind the point; {@code String.format} costs more than the rest of a line. */
    static String tenths(long millis) {
        long tenths = (Math.max(0, millis) + 50) / 100;
        return tenths / 10 + "." + tenths % 10;
    }

    /** Almost all are, and that is seen faster than a pattern is made. */
    private static boolean isOneLine(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }

    private static String oneLine(String text) {
        String line = isOneLine(text)
                ? text.strip()
                : text.replaceAll("\\s*\\R\\s*", " ").strip();
        return line.length() > 1000 ? line.substring(0, 1000) + "…" : line;
    }
}
