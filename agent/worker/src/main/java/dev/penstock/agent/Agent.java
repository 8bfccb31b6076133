package dev.penstock.agent;

import dev.penstock.agent.job.JobParts;
import dev.penstock.agent.job.JobThreads;
import dev.penstock.agent.job.Place;
import dev.penstock.agent.job.RunningJob;
import dev.penstock.agent.job.Stop;
import dev.penstock.agent.journal.Journal;
import dev.penstock.agent.plugin.Plugins;
import dev.penstock.agent.process.Launcher;
import dev.penstock.agent.process.ProcessTable;
import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.server.Connections;
import dev.penstock.agent.server.HttpJobServer;
import dev.penstock.agent.server.Identity;
import dev.penstock.agent.server.Session;
import dev.penstock.agent.server.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent: one server, one machine, one job at a time. {@link #run} is called once; {@link #stop} by anybody. */
public final class Agent {
    private static final Logger log = LoggerFactory.getLogger(Agent.class);

    private static final Duration HOUSEKEEPING = Duration.ofSeconds(5);

    /** After the processes of a job have ended, so long is waited for the server to hear of it. */
    private static final Duration REPORT_DEADLINE = Duration.ofSeconds(3);

    private final Settings settings;
    private final String version;
    private final Folders folders;
    private final Consumer<String> say;
    private final RunningJob.Agent agent;
    private final Connections connections;
    private final PollLoop loop;
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean tooFull;
    private volatile boolean hasGarbage;

    private Agent(
            Settings settings, String version, Folders folders, Map<String, String> environment, Consumer<String> say)
            throws IOException {
        this.settings = settings;
        this.version = version;
        this.folders = folders;
        this.say = say;
        Identity identity = Identity.loadOrMake(folders.data().resolve("identity"));
        Trust trust = settings.optionalPath(Setting.SERVER_TRUST_FILE)
                .map(Trust::only)
                .orElseGet(Trust::ofRuntime);
        this.connections = new Connections(settings.server(), trust);
        var session = new Session(connections, identity, InstantSource.system());
        Place place = place(identity, environment);
        var plugins = new Plugins(
                folders.data(), settings.bytesOfMebibytes(Setting.PLUGINS_CACHE_MEBIBYTES), InstantSource.system());
        var parts = new JobParts(
                Launcher.ofMachine(),
                ProcessTable.ofMachine(),
                plugins,
                () -> new HttpJobServer(connections, session),
                InstantSource.system(),
                JobThreads.open());
        this.agent = new RunningJob.Agent(place, parts, this::jobIsOver);
        this.loop = new PollLoop(new HttpJobServer(connections, session), session, wish(), new Shell(place, session));
    }

    /**
     * Makes an agent; no other one of the same data directory may run.
     *
     * @param environment that of this process, which jobs inherit
     * @param say gets a line for people now and then
     */
    public static Agent open(Settings settings, String version, Map<String, String> environment, Consumer<String> say)
            throws IOException {
        Folders folders = Folders.open(settings.path(Setting.DATA_DIRECTORY), settings.path(Setting.WORK_DIRECTORY));
        return new Agent(settings, version, folders, environment, say);
    }

    /** Works until it is stopped. */
    public void run() throws IOException, InterruptedException {
        try {
            Thread.ofPlatform()
                    .name("housekeeping")
                    .daemon()
                    .stackSize(256 * 1024)
                    .start(this::keepHouse);
            for (Journal journal : Journal.openAll(folders.jobs())) {
                log.atInfo()
                        .addKeyValue("job", journal.assignment())
                        .addKeyValue("ended", journal.end().isPresent())
                        .log("Takes up a job of an earlier start");
                loop.add(RunningJob.resume(agent, journal));
            }
            loop.run();
        } finally {
            ended.countDown();
            folders.close();
        }
    }

    /** Ends the job that runs, tells the server, and lets {@link #run} return; takes a few seconds. */
    public void stop() {
        if (ended.getCount() == 0) {
            return;
        }
        loop.stop();
        Duration atMost = settings.seconds(Setting.JOBS_GRACE_SECONDS).plus(REPORT_DEADLINE);
        loop.jobs().forEach(job -> job.stop(Stop.SHUTDOWN));
        try {
            // One that was just being begun is stopped, too.
            ended.await(2, TimeUnit.SECONDS);
            loop.jobs().forEach(job -> job.stop(Stop.SHUTDOWN));
            for (RunningJob job : loop.jobs()) {
                if (!job.awaitOver(atMost)) {
                    log.atWarn().addKeyValue("job", job.assignment()).log("Its end is told after the next start");
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void jobIsOver() {
        hasGarbage = true;
        loop.jobIsOver();
    }

    private void keepHouse() {
        try {
            while (!ended.await(HOUSEKEEPING.toMillis(), TimeUnit.MILLISECONDS)) {
                connections.keepHouse();
                if (hasGarbage && loop.jobs().stream().allMatch(RunningJob::isOver)) {
                    // An idle agent gives back what its last job needed; left alone, Java keeps it for good.
                    hasGarbage = false;
                    System.gc();
                }
            }
        } catch (InterruptedException _) {
            // The agent ends.
        }
    }

    private Place place(Identity identity, Map<String, String> environment) {
        String name = settings.text(Setting.AGENT_NAME);
        return new Place(
                identity.id(),
                name.isEmpty() ? Machine.hostName() : name,
                settings.server().toString(),
                folders.workspaces(),
                folders.data(),
                settings.seconds(Setting.JOBS_GRACE_SECONDS),
                settings.bytesOfMebibytes(Setting.CONSOLE_SPOOL_MEBIBYTES),
                environment,
                new Place.MaterialRules(
                        settings.paths(Setting.MATERIALS_LOCAL_FOLDERS),
                        settings.seconds(Setting.MATERIALS_NETWORK_TIMEOUT_SECONDS),
                        settings.bytesOfMebibytes(Setting.MATERIALS_FETCH_LIMIT_MEBIBYTES)));
    }

    private Session.Wish wish() throws IOException {
        String key = settings.text(Setting.AGENT_AUTO_REGISTER_KEY);
        Optional<Path> file = settings.optionalPath(Setting.AGENT_AUTO_REGISTER_KEY_FILE);
        if (file.isPresent()) {
            // A file that is gone was used up: an agent that is known needs no key.
            key = Files.isReadable(file.get())
                    ? Files.readString(file.get())
                            .lines()
                            .findFirst()
                            .orElse("")
                            .strip()
                    : "";
        }
        return new Session.Wish(
                key.isEmpty() ? null : key,
                settings.list(Setting.AGENT_RESOURCES),
                settings.list(Setting.AGENT_ENVIRONMENTS));
    }

    /** What the poll loop asks of this agent. */
    private final class Shell implements PollLoop.Shell {
        private final AgentFacts facts;

        private final Session session;

        Shell(Place place, Session session) {
            this.session = session;
            this.facts = Machine.facts(place.agentName(), connections.server(), place.workspaces(), version);
        }

        @Override
        public AgentFacts facts() {
            return Machine.now(facts, folders.workspaces());
        }

        @Override
        public boolean isFit() {
            long free = folders.workspaces().toFile().getUsableSpace();
            long needed = settings.bytesOfMebibytes(Setting.WORK_MIN_FREE_MEBIBYTES);
            boolean full = free < needed;
            if (full != tooFull) {
                tooFull = full;
                say(
                        full
                                ? "Penstock agent takes no jobs: only " + (free >> 20) + " MiB are free in \""
                                        + folders.workspaces() + "\", and work.min-free-mebibytes is " + (needed >> 20)
                                : "Penstock agent takes jobs again: there is enough free space");
            }
            return !full;
        }

        @Override
        public RunningJob start(JobAssignment assignment) throws IOException {
            log.atInfo().addKeyValue("job", assignment).log("Job begins");
            return RunningJob.start(agent, assignment);
        }

        @Override
        public RunningJob giveBack(JobAssignment assignment) throws IOException {
            log.atInfo().addKeyValue("job", assignment).log("Job came while the agent stops, and is given back");
            return RunningJob.giveBack(agent, assignment);
        }

        @Override
        public HttpJobServer connect() {
            return new HttpJobServer(connections, session);
        }

        @Override
        public void say(String line) {
            log.atInfo().log(line);
            say.accept(line);
        }
    }
}
