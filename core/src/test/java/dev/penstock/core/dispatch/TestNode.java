package dev.penstock.core.dispatch;

import dev.penstock.core.agent.AgentFeature;
import dev.penstock.core.config.Definitions;
import dev.penstock.core.console.ConsoleFeature;
import dev.penstock.core.console.ConsoleLimits;
import dev.penstock.core.http.ContractFiles;
import dev.penstock.core.http.HttpServer;
import dev.penstock.core.http.HttpSettings;
import dev.penstock.core.http.Idempotency;
import dev.penstock.core.http.RequestLimits;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.run.ConsoleSink;
import dev.penstock.core.run.HeldAttempts;
import dev.penstock.core.run.RetentionRules;
import dev.penstock.core.run.RunFeature;
import dev.penstock.core.testing.ApiClient;
import dev.penstock.pluginhost.PluginJarRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A server with the features that agents talk to, on a free port; its monotonic clock runs and can be set ahead. Nothing
 * acts by itself but the dispatcher, so that what costs a commit can be counted.
 */
final class TestNode implements AutoCloseable {
    static final String SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    final RunFeature runs;
    final AgentFeature agents;
    final DispatchFeature dispatch;
    final ConsoleSink consoles;
    final Database database;
    final KnownTypes types = new KnownTypes();
    private final AtomicLong ahead = new AtomicLong();
    private final HttpServer http;
    private final List<Worker> workers = new ArrayList<>();

    TestNode(DispatchFixture on) {
        this.database = on.database;
        InstantSource clock = InstantSource.system();
        var held = new HeldAttempts(database, clock);
        ConsoleFeature console = console(on, held, clock);
        this.consoles = console.sink();
        var definitions = new Definitions();
        this.runs = RunFeature.create(new RunFeature.Needs(
                database,
                definitions,
                (template, counter, _, _) -> template.replace("${COUNT}", Long.toString(counter)),
                AgentFeature.directory(),
                consoles,
                (_, _) -> {},
                on.signals,
                on.events,
                Duration.ZERO));
        this.agents = AgentFeature.create(new AgentFeature.Needs(
                database, on.vault, new AgentRemoval(runs.jobs()), on.events, on.signals, clock));
        this.dispatch = DispatchFeature.create(
                new DispatchFeature.Needs(
                        database,
                        runs.jobs(),
                        held,
                        consoles,
                        new ArtifactRows(),
                        definitions,
                        on.secrets,
                        agents,
                        on.signals,
                        clock,
                        new DispatchFeature.Defaults(
                                Duration.ofSeconds(25), Duration.ZERO, Duration.ofHours(1), 1 << 20)),
                types,
                () -> System.nanoTime() + ahead.get());
        List<Resource> resources = new ArrayList<>();
        resources.addAll(agents.resources());
        resources.addAll(runs.resources());
        resources.addAll(console.resources());
        resources.addAll(dispatch.resources());
        this.http = new HttpServer(new HttpSettings("127.0.0.1", 0, null, new RequestLimits(0, 0, 0)));
        var needs = new HttpServer.Needs(
                agents.tokens()::verify,
                ContractFiles::load,
                new Idempotency(database, (_, text) -> text, (_, text) -> text),
                (_, _, _, _) -> {});
        workers.add(dispatch.dispatcher().worker());
        workers.forEach(Worker::start);
        try {
            http.open();
            http.start(needs, resources);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ConsoleFeature console(DispatchFixture on, HeldAttempts held, InstantSource clock) {
        try {
            return ConsoleFeature.create(new ConsoleFeature.Needs(
                    on.database,
                    held,
                    _ -> List.of(),
                    on.signals,
                    clock,
                    on.folder.resolve("consoles"),
                    new ConsoleLimits(1 << 20, RetentionRules.NONE)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A git material with URL and branch, and the task type "ant"; its plugin can be made to be silent. */
    static final class KnownTypes implements JobTypes {
        private volatile @Nullable String trouble;
        private volatile boolean known;

        /** From now on it answers nothing; {@code known} tells whether that has been noticed. */
        void silent(String why, boolean known) {
            this.known = known;
            this.trouble = why;
        }

        void answers() {
            known = false;
            trouble = null;
        }

        @Override
        public boolean isAnyAiling() {
            return known;
        }

        @Override
        public Optional<String> trouble(String type, Map<String, Object> options) {
            return Optional.ofNullable(trouble);
        }

        @Override
        public PluginJarRef taskPlugin(String type) throws UnassignableException {
            if (type.equals("ant")) {
                return new PluginJarRef("ant-task", "1.0", SHA, 7);
            }
            throw new UnassignableException("Task type \"" + type + "\" is offered by no running plugin");
        }

        @Override
        public MaterialFacts material(String type, Map<String, Object> options) throws UnassignableException {
            String why = trouble;
            if (why != null) {
                known = true;
                throw UnassignableException.untilPluginAnswers(why);
            }
            return new MaterialFacts(
                    new PluginJarRef("git-material", "1.0", SHA.replace('9', '8'), 8),
                    "the " + type,
                    Map.of("URL", String.valueOf(options.get("url")), "BRANCH", "main"));
        }
    }

    ApiClient api() {
        return new ApiClient(http.address());
    }

    URI address() {
        return http.address();
    }

    /** Makes the dispatcher believe that so much time has passed. */
    void pass(Duration time) {
        ahead.addAndGet(time.toNanos());
        dispatch.dispatcher().worker().wake();
    }

    /** Waits until a poll of the agent has arrived and waits. */
    void awaitParked(PollingAgent agent) {
        DispatchFixture.await(
                "a poll of " + agent.identity.facts().hostName() + " waits",
                () -> dispatch.dispatcher().isParked(agent.id()));
    }

    /** An agent that a person has enabled, with a token. */
    PollingAgent agent(String hostName, String... resources) {
        return PollingAgent.enabled(this, hostName, List.of(resources));
    }

    @Override
    public void close() {
        dispatch.close();
        http.close();
        workers.reversed().forEach(worker -> worker.stop(Duration.ofSeconds(5)));
    }
}
