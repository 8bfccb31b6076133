package dev.penstock.agent.job;

import dev.penstock.agent.console.JobConsole;
import dev.penstock.agent.journal.Journal;
import dev.penstock.agent.process.JobProcesses;
import dev.penstock.agent.process.Program;
import dev.penstock.agent.process.SearchPath;
import dev.penstock.agent.process.SearchPath.Search;
import dev.penstock.plugin.Console;
import dev.penstock.plugin.task.CommandLine;
import dev.penstock.plugin.task.TaskContext;
import dev.penstock.plugin.task.TaskException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What one task has of the agent, and what the agent learns of it. Thread-safe. */
final class AgentTaskContext implements TaskContext, AutoCloseable {
    private final Place place;
    private final Programs programs;
    private final Path workingDirectory;
    private final Map<String, String> environment;
    private final List<Program> running = new CopyOnWriteArrayList<>();
    private volatile boolean toolMissing;
    private volatile OptionalInt exitCode = OptionalInt.empty();
    private @Nullable Path temporary;

    /** How programs of a job are started, and where their output goes. */
    record Programs(JobParts parts, JobProcesses processes, Journal journal, JobConsole console) {}

    AgentTaskContext(Place place, Programs programs, Path workingDirectory, Map<String, String> environment) {
        this.place = place;
        this.programs = programs;
        this.workingDirectory = workingDirectory;
        this.environment = Collections.unmodifiableMap(environment);
    }

    @Override
    public Path workingDirectory() {
        return workingDirectory;
    }

    @Override
    public synchronized Path temporaryDirectory() {
        if (temporary == null) {
            try {
                Path folder = Files.createDirectories(place.data().resolve("tmp"));
                temporary = Files.createTempDirectory(folder, "task-");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return temporary;
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    @Override
    public Console console() {
        return programs.console();
    }

    @Override
    public String agentName() {
        return place.agentName();
    }

    @Override
    public Duration gracePeriod() {
        return place.grace();
    }

    @Override
    public int execute(CommandLine command) throws TaskException, InterruptedException {
        Program program = start(command);
        running.add(program);
        JobConsole console = programs.console();
        Executor threads = programs.parts().threads();
        var out = Pump.start(threads, program.out(), console::out);
        var err = Pump.start(threads, program.err(), console::err);
        try {
            int code = program.await();
            // Both are asked: each of them may have more to say.
            boolean outEnded = out.awaitEnd();
            boolean errEnded = err.awaitEnd();
            if (!outEnded || !errEnded) {
                console.note("A process that this program left behind still has its output open");
            }
            exitCode = OptionalInt.of(code);
            return code;
        } catch (InterruptedException e) {
            end(program);
            console.letEverythingIn();
            out.awaitEnd();
            err.awaitEnd();
            throw e;
        } finally {
            running.remove(program);
            console.endOutput();
        }
    }

    private Program start(CommandLine command) throws TaskException {
        Map<String, String> variables = environment;
        if (!command.variables().isEmpty()) {
            variables = new HashMap<>(environment);
            variables.putAll(command.variables());
        }
        Search search = SearchPath.find(
                command.words().getFirst(),
                workingDirectory,
                variables.getOrDefault("PATH", ""),
                variables.getOrDefault("PATHEXT", ""),
                place.agentName());
        switch (search) {
            case Search.NotFound(var message) -> {
                toolMissing = true;
                throw new TaskException(message);
            }
            case Search.Found(var path) -> {
                try {
                    List<String> arguments =
                            command.words().subList(1, command.words().size());
                    Program program = programs.parts()
                            .launcher()
                            .start(programs.processes(), path, arguments, workingDirectory, variables);
                    programs.journal().add(program.root());
                    return program;
                } catch (IOException | IllegalArgumentException e) {
                    throw new TaskException("\"" + path + "\" cannot be started: " + e.getMessage(), e);
                }
            }
        }
    }

    /** Ends what still runs of this task; for when it does not do so itself. */
    void endPrograms() {
        running.forEach(this::end);
    }

    private void end(Program program) {
        var remains = program.end(place.grace());
        if (!remains.immortal().isEmpty()) {
            programs.console()
                    .problem("Processes that did not end, even when killed: " + String.join(", ", remains.immortal()));
        }
    }

    /** Whether a program was asked for that this machine does not have. */
    boolean isToolMissing() {
        return toolMissing;
    }

    /** Of the program that ended last. */
    OptionalInt exitCode() {
        return exitCode;
    }

    @Override
    public synchronized void close() {
        if (temporary != null) {
            try {
                Workspace.empty(temporary);
                Files.delete(temporary);
            } catch (IOException _) {
                // The agent empties the folder at its next start.
            }
            temporary = null;
        }
    }
}
