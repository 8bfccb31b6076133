package dev.penstock.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobAssignment.ArtifactRule;
import dev.penstock.agent.protocol.JobAssignment.Task;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.Reason;
import dev.penstock.agent.protocol.JobReport.Result;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.agent.protocol.RegistrationReply.State;
import dev.penstock.agent.server.ScriptedServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole agent in this process, against a server that speaks the protocol. */
@EnabledOnOs(OS.LINUX)
final class AgentTest {
    private static final AtomicLong JOBS = new AtomicLong(100);

    @TempDir
    Path folder;

    private final List<String> said = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Agent> agents = new ArrayList<>();
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void stop() throws InterruptedException {
        agents.forEach(Agent::stop);
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        }
        server.close();
    }

    @Test
    void waitsUntilAPersonEnablesItAndSaysWithWhichKey() throws Exception {
        server.registerAs(State.PENDING);
        agent();
        server.await("it asked twice", () -> server.registrations.size() >= 2);
        int polls = server.polls.size();

        server.registerAs(State.ENABLED);
        server.await("it polls", () -> !server.polls.isEmpty());

        assertThat(polls).isZero();
        assertThat(said).hasSize(2);
        assertThat(said.get(0)).matches("Penstock agent waits to be enabled: its key is SHA256:[A-Za-z0-9_-]{43};.*");
        assertThat(said.get(1)).isEqualTo("Penstock agent works");
        assertThat(server.registrations.getFirst().facts().hostName()).isEqualTo("ALMA");
        assertThat(server.registrations.getFirst().facts().ipAddress()).isEqualTo("127.0.0.1");
        assertThat(server.registrations.getFirst().facts().freeBytes()).isPositive();
    }

    @Test
    void keepsItsKeyAndShowsItsRegistrationKeyWithItsWishes() throws Exception {
        Agent first = agent(
                "agent.auto-register-key = pnsk_abc", "agent.resources = deploy, jdk 25", "agent.environments=prod");
        server.await("it polls", () -> !server.polls.isEmpty());
        first.stop();
        threads.getFirst().join();
        agent("agent.auto-register-key = pnsk_abc");
        server.await("it registers again", () -> server.registrations.size() == 2);

        var request = server.registrations.getFirst();
        assertThat(request.autoRegisterKey()).isEqualTo("pnsk_abc");
        assertThat(request.resources()).containsExactly("deploy", "jdk 25");
        assertThat(request.environments()).containsExactly("prod");
        Path identity = folder.resolve("data/identity");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(identity)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("data"))))
                .isEqualTo("rwx------");
        assertThat(server.requests).noneMatch(path -> path.contains("500"));
    }

    @Test
    void doesOneJobAfterTheOther() throws Exception {
        agent();
        JobAssignment first = job("echo one");
        JobAssignment second = job("echo two; exit 1");

        server.give(first);
        server.give(second);
        server.await("both ended", () -> server.reports.size() == 2);

        assertThat(end(first).result()).isEqualTo(Result.PASSED);
        assertThat(end(second).reason()).isEqualTo(Reason.TASK_FAILED);
        assertThat(server.console(second)).contains(" ou two\n").doesNotContain("one");
        // Registration, token, and for each job a poll and a report; on a busy machine a console may come before its
        // end.
        assertThat(List.copyOf(server.requests))
                .filteredOn(request -> !request.contains("/console"))
                .extracting(request -> request.replaceAll("\\d{3}", "N"))
                .startsWith(
                        "POST /agent/v1/registrations",
                        "POST /agent/v1/token",
                        "POST /agent/v1/poll",
                        "POST /agent/v1/jobs/N/report",
                        "POST /agent/v1/poll",
                        "POST /agent/v1/jobs/N/report");
    }

    @Test
    void sendsTheConsoleWhileTheJobRunsAndHearsOfACancelAtOnce() throws Exception {
        agent();
        JobAssignment job = job("echo started; sleep 300");
        server.give(job);
        server.await("its line is there", () -> server.console(job).contains(" ou started\n"));
        server.await("it polls beside its work", () -> isWorking());
        PollRequest beside = server.polls.getLast();

        long start = System.nanoTime();
        server.cancel(job);
        server.await("it ended", () -> server.end(job) != null);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

        assertThat(end(job).result()).isEqualTo(Result.CANCELLED);
        assertThat(millis).isLessThan(2000);
        assertThat(beside.idle()).isFalse();
    }

    @Test
    void asksForWorkAtOnceWhenALongJobHasEnded() throws Exception {
        agent();
        JobAssignment job = job("while [ ! -f ../go ]; do sleep 0.05; done");
        JobAssignment next = job("true");
        server.give(job);
        server.await("it polls beside its work", () -> isWorking());
        server.give(next);

        Files.createFile(folder.resolve("pipelines/go"));
        long start = System.nanoTime();
        server.await("the next ended", () -> server.end(next) != null);

        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isLessThan(2000);
    }

    /** A question that the agent broke off would take the next job with it. */
    @Test
    void losesNoJobBetweenTwoShortOnes() throws Exception {
        agent();
        var jobs = new ArrayList<JobAssignment>();
        for (int i = 0; i < 100; i++) {
            jobs.add(job("true"));
            server.give(jobs.getLast());
        }

        server.await("all ended", () -> server.reports.size() == jobs.size());

        assertThat(jobs).allSatisfy(job -> assertThat(end(job).result()).isEqualTo(Result.PASSED));
        assertThat(server.polls).hasSizeLessThanOrEqualTo(jobs.size() + 1);
    }

    @Test
    void leavesNothingBehindOfAJobThatIsNotItsOwnAnyMore() throws Exception {
        agent();
        JobAssignment job = job("echo $$ > pid; exec sleep 300");
        server.give(job);
        Path pidFile = folder.resolve("pipelines/deploy/pid");
        server.await("it runs", () -> Files.exists(pidFile) && pidFile.toFile().length() > 1);
        long pid = Long.parseLong(Files.readString(pidFile).strip());

        server.supersede(job);
        server.await("its process is gone", () -> !isAlive(pid));
        server.await(
                "its journal is gone",
                () -> folder.resolve("data/jobs").toFile().list().length == 0);

        assertThat(server.end(job)).isNull();
    }

    @Test
    void changesNothingForARunningJobWhenTheServerIsAway() throws Exception {
        agent();
        JobAssignment job = job(
                "echo before; touch ../started; while [ ! -f ../go ]; do sleep 0.05; done; seq 1 20000; echo after");
        server.give(job);
        server.await("it runs", () -> Files.exists(folder.resolve("pipelines/started")));

        server.stop();
        Files.createFile(folder.resolve("pipelines/go"));
        Path journal = folder.resolve("data/jobs/" + job.jobId() + "-1.journal");
        server.await("it ended without the server", () -> text(journal).contains("\"end\""));
        server.start();
        server.await("the server has its end", () -> server.end(job) != null);

        assertThat(end(job).result()).isEqualTo(Result.PASSED);
        assertThat(server.console(job).lines().filter(line -> line.contains(" ou ")))
                .hasSize(20_002);
        assertThat(server.console(job)).hasSize((int) end(job).consoleLength());
    }

    @Test
    void repeatsWhatWasNotAnsweredAndTheServerCountsItOnce() throws Exception {
        agent();
        server.fail("/report", 0, 2);
        server.fail("/report", 503, 1);
        server.fail("/console", 0, 2);
        JobAssignment job = job("for i in 1 2 3 4 5 6; do echo line $i; sleep 0.1; done; echo x > a", "a");

        server.give(job);
        server.await(
                "it is idle again",
                () -> server.polls.size() >= 2 && server.polls.getLast().idle());

        assertThat(server.console(job).lines().filter(line -> line.contains(" ou line ")))
                .hasSize(6);
        assertThat(server.console(job)).hasSize((int) end(job).consoleLength());
        assertThat(end(job).artifacts()).hasSize(1);
        assertThat(server.reports.stream()
                        .filter(heard -> heard.report().end() != null)
                        .count())
                .isGreaterThan(1);
    }

    @Test
    void sendsTheConsoleAgainWhenTheServerLostPartOfIt() throws Exception {
        agent();
        JobAssignment job = job("seq 1 5000; touch ../printed; while [ ! -f ../go ]; do sleep 0.05; done; echo last");
        server.give(job);
        server.await("much is there", () -> server.console(job).contains(" ou 5000\n"));

        server.cutConsole(job, 1000);
        Files.createFile(folder.resolve("pipelines/go"));
        server.await("it ended", () -> server.end(job) != null);

        assertThat(server.console(job).lines().filter(line -> line.contains(" ou ")))
                .hasSize(5001);
        assertThat(server.console(job)).endsWith(" no Job passed\n");
    }

    @Test
    void getsANewTokenWhenItsTokenDoesNotHoldAnyMore() throws Exception {
        agent();
        server.await("it polls", () -> !server.polls.isEmpty());

        server.forgetTokens();
        JobAssignment job = job("true");
        server.give(job);
        server.await("it ended", () -> server.end(job) != null);

        assertThat(server.registrations).hasSize(1);
    }

    @Test
    void registersAgainWhenItWasDeleted() throws Exception {
        agent();
        server.await("it polls", () -> !server.polls.isEmpty());

        server.registerAs(State.PENDING);
        server.forgetTokens();
        server.fail("/poll", 500, 1);
        server.stop();
        server.start();
        server.await("it registers", () -> server.registrations.size() >= 2);
        server.await("it says so", () -> said.getLast().startsWith("Penstock agent waits to be enabled"));
        server.registerAs(State.ENABLED);
        JobAssignment job = job("true");
        server.give(job);
        server.await("it works again", () -> server.end(job) != null);

        assertThat(end(job).result()).isEqualTo(Result.PASSED);
    }

    @Test
    void waitsForAServerThatIsNotThereYet() throws Exception {
        server.stop();
        agent();
        server.await("it says so", () -> !said.isEmpty());

        server.start();
        server.await("it polls", () -> !server.polls.isEmpty());

        assertThat(said.getFirst())
                .startsWith("Penstock agent waits for its server: No connection to http://127.0.0.1:");
        assertThat(said.getLast()).isEqualTo("Penstock agent works");
    }

    @Test
    void fencesItselfOnlyByTheServersOwnWord() throws Exception {
        agent();
        JobAssignment job = job("echo started; while [ ! -f ../go ]; do sleep 0.05; done");
        server.give(job);
        server.await("its line is there", () -> server.console(job).contains("started"));

        server.fail("/console", 403, 2);
        server.fail("/report", 502, 2);
        Files.createFile(folder.resolve("pipelines/go"));
        server.await("it ended", () -> server.end(job) != null);

        assertThat(end(job).result()).isEqualTo(Result.PASSED);
    }

    @Test
    void endsItsJobAndTellsWhenItIsStopped() throws Exception {
        Agent agent = agent();
        JobAssignment job = job("echo $$ > ../pid; exec sleep 300");
        server.give(job);
        Path pidFile = folder.resolve("pipelines/pid");
        server.await("it runs", () -> Files.exists(pidFile) && pidFile.toFile().length() > 1);

        agent.stop();

        assertThat(end(job).reason()).isEqualTo(Reason.AGENT_RESTARTED);
        assertThat(isAlive(Long.parseLong(Files.readString(pidFile).strip()))).isFalse();
    }

    @Test
    void tellsAfterItsNextStartWhatItCouldNotTellBefore() throws Exception {
        Agent agent = agent();
        JobAssignment job = job("echo done");
        server.fail("/report", 503, 1000);
        server.give(job);
        Path journal = folder.resolve("data/jobs/" + job.jobId() + "-1.journal");
        server.await("it ended", () -> text(journal).contains("\"end\":{"));
        server.stop();
        agent.stop();
        threads.getFirst().join(TimeUnit.SECONDS.toMillis(20));
        try (var second = new ScriptedServer()) {
            startAgent("server.url = " + second.url());
            second.await("it tells", () -> second.end(job) != null);

            assertThat(Objects.requireNonNull(second.end(job)).result()).isEqualTo(Result.PASSED);
            assertThat(second.console(job)).contains(" ou done\n");
            agents.getLast().stop();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void givesBackAJobThatComesWhileItIsBeingStopped(boolean toTheLastQuestion) throws Exception {
        Agent agent = agent();
        JobAssignment job = job("touch ../begun");
        server.await("it waits for work", () -> !server.polls.isEmpty());
        server.giveWhenItLeaves(job, toTheLastQuestion);

        agent.stop();

        assertThat(end(job).reason()).isEqualTo(Reason.AGENT_RESTARTED);
        assertThat(server.console(job)).contains(" !! The agent is being stopped, and gives this job back\n");
        assertThat(folder.resolve("pipelines/begun")).doesNotExist();
        assertThat(folder.resolve("data/jobs")).isEmptyDirectory();
    }

    @Test
    void stopsAtOnceWhenItsServerIsAway() throws Exception {
        Agent agent = agent();
        server.await("it waits for work", () -> !server.polls.isEmpty());
        server.stop();

        long start = System.nanoTime();
        agent.stop();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void saysUntilItsFirstAnswerThatItsProcessIsNew() throws Exception {
        server.fail("/poll", 503, 1);

        agent();
        server.give(job("true"));
        server.await("it asks again", () -> server.polls.size() > 1);

        assertThat(server.polls).extracting(PollRequest::fresh).startsWith(true, false);
    }

    @Test
    void takesNoJobWhenTheDiskIsNearlyFull() throws Exception {
        agent("work.min-free-mebibytes = 16777216");

        server.await("it polls", () -> !server.polls.isEmpty());

        assertThat(server.polls.getFirst().idle()).isFalse();
        assertThat(said).anyMatch(line -> line.startsWith("Penstock agent takes no jobs: only "));
    }

    @Test
    void refusesASecondAgentWithItsData() throws Exception {
        agent();

        var settings = settings("server.url = " + server.url());

        assertThatThrownBy(() -> Agent.open(settings, "1", Map.of(), said::add))
                .hasMessageStartingWith("Another agent runs with the data directory ");
    }

    private Agent agent(String... lines) throws IOException {
        var all = new ArrayList<String>(List.of("server.url = " + server.url()));
        all.addAll(List.of(lines));
        return startAgent(all.toArray(String[]::new));
    }

    private Agent startAgent(String... lines) throws IOException {
        Agent agent = Agent.open(settings(lines), "1.2.3", System.getenv(), said::add);
        agents.add(agent);
        threads.add(Thread.ofPlatform().start(() -> {
            try {
                agent.run();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }));
        return agent;
    }

    private Settings settings(String... lines) {
        var all = new ArrayList<String>(List.of("agent.name = ALMA", "jobs.grace-seconds = 1"));
        all.addAll(List.of(lines));
        return switch (Settings.parse(folder, all)) {
            case Settings.Parsed.Ok(var settings) -> settings;
            case Settings.Parsed.Broken(var mistakes) -> throw new IllegalArgumentException(mistakes.toString());
        };
    }

    private static JobAssignment job(String script, String... artifacts) {
        var rules = new ArrayList<ArtifactRule>();
        for (String source : artifacts) {
            rules.add(new ArtifactRule(ArtifactRule.Kind.BUILD, source, ""));
        }
        var task =
                new Task("exec", Map.of("command", "sh", "arguments", List.of("-c", script)), "", List.of(), null, 0);
        long id = JOBS.getAndIncrement();
        return new JobAssignment(
                id,
                1,
                "deploy/1/build/1/unit",
                "deploy",
                false,
                List.of(),
                List.of(),
                List.of(),
                List.of(task),
                rules,
                0,
                0,
                1 << 20,
                List.of(),
                Instant.EPOCH);
    }

    private boolean isWorking() {
        return !server.polls.isEmpty() && server.polls.getLast().held().size() == 1;
    }

    private End end(JobAssignment job) {
        return Objects.requireNonNull(server.end(job));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private static boolean isAlive(long pid) {
        String stat = text(Path.of("/proc/" + pid + "/stat"));
        return !stat.isEmpty() && !stat.contains(") Z ");
    }
}
