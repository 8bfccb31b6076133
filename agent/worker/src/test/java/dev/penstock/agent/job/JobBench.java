package dev.penstock.agent.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.plugin.Plugins;
import dev.penstock.agent.process.Launcher;
import dev.penstock.agent.process.ProcessTable;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobAssignment.ArtifactRule;
import dev.penstock.agent.protocol.JobAssignment.RunIf;
import dev.penstock.agent.protocol.JobAssignment.Task;
import dev.penstock.agent.protocol.JobAssignment.Variable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** An agent's place in a folder, a server in memory, and jobs that say only what a test is about. */
final class JobBench implements AutoCloseable {
    static final UUID AGENT = UUID.fromString("7f1b2c54-55a1-4b1e-9a8f-0e6b5c2f4d10");

    final MemoryServer server = new MemoryServer();
    final Path folder;
    final RunningJob.Agent agent;
    private final Plugins plugins;

    JobBench(Path folder) throws IOException {
        this.folder = folder.toRealPath();
        Path data = this.folder.resolve("data");
        Files.createDirectories(data.resolve("jobs"));
        plugins = new Plugins(data, 1 << 20, InstantSource.system());
        var environment = new HashMap<>(System.getenv());
        environment.put("FROM_AGENT", "agent");
        var place = new Place(
                AGENT,
                "ALMA",
                "http://penstock.test:8153",
                this.folder.resolve("pipelines"),
                data,
                Duration.ofMillis(500),
                1 << 20,
                environment,
                new Place.MaterialRules(List.of(), Duration.ofSeconds(5), 1 << 20));
        var parts = new JobParts(
                Launcher.ofMachine(),
                ProcessTable.ofMachine(),
                plugins,
                () -> server,
                InstantSource.system(),
                JobThreads.open());
        agent = new RunningJob.Agent(place, parts, () -> {});
    }

    Path workspace() {
        return folder.resolve("pipelines/deploy");
    }

    RunningJob start(Job job) throws IOException {
        return RunningJob.start(agent, job.build());
    }

    /** Runs a job to its end, which the server has then; what it had of an earlier one is forgotten. */
    MemoryServer run(Job job) throws Exception {
        server.forget();
        RunningJob running = start(job);
        assertThat(running.awaitOver(Duration.ofSeconds(20))).as("the job ends").isTrue();
        return server;
    }

    void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting until %s", what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Whether it runs; one that has ended and waits for its parent to notice does not. */
    static boolean isAlive(long pid) {
        try {
            return !Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        plugins.close();
    }

    /** A job under construction. */
    static final class Job {
        private final List<Task> tasks = new ArrayList<>();
        private final List<Variable> variables = new ArrayList<>();
        private final List<ArtifactRule> artifacts = new ArrayList<>();
        private List<JobAssignment.MaterialCheckout> materials = List.of();
        private List<JobAssignment.PluginJar> plugins = List.of();
        private boolean clean;
        private int idleSeconds;
        private int totalSeconds;
        private String workspace = "deploy";

        static Job of(Task... tasks) {
            var job = new Job();
            job.tasks.addAll(List.of(tasks));
            return job;
        }

        static Job script(String script) {
            return of(shell(script));
        }

        Job variable(String name, String value, boolean secure) {
            variables.add(new Variable(name, value, secure));
            return this;
        }

        Job artifact(ArtifactRule.Kind kind, String source, String destination) {
            artifacts.add(new ArtifactRule(kind, source, destination));
            return this;
        }

        Job material(String type, String destination, JobAssignment.PluginJar plugin) {
            materials = List.of(new JobAssignment.MaterialCheckout(type, "app", destination, "1234567", Map.of()));
            plugins = List.of(plugin);
            return this;
        }

        Job plugin(JobAssignment.PluginJar plugin) {
            plugins = List.of(plugin);
            return this;
        }

        Job cleaned() {
            clean = true;
            return this;
        }

        Job in(String name) {
            workspace = name;
            return this;
        }

        Job limits(int idle, int total) {
            idleSeconds = idle;
            totalSeconds = total;
            return this;
        }

        JobAssignment build() {
            return new JobAssignment(
                    42,
                    1,
                    "deploy/7/build/1/unit",
                    workspace,
                    clean,
                    materials,
                    variables,
                    List.of(),
                    tasks,
                    artifacts,
                    idleSeconds,
                    totalSeconds,
                    0,
                    plugins,
                    Instant.EPOCH);
        }
    }

    static Task shell(String script) {
        return exec("", List.of(), null, 0, "sh", "-c", script);
    }

    static Task shell(String script, RunIf... runIf) {
        return exec("", List.of(runIf), null, 0, "sh", "-c", script);
    }

    static Task exec(
            String directory,
            List<RunIf> runIf,
            @Nullable Task onCancel,
            int timeoutSeconds,
            String command,
            String... arguments) {
        return new Task(
                "exec",
                Map.of("command", command, "arguments", List.of(arguments)),
                directory,
                runIf,
                onCancel,
                timeoutSeconds);
    }
}
