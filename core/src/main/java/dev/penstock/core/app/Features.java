package dev.penstock.core.app;

import dev.penstock.core.agent.AgentFeature;
import dev.penstock.core.agent.AgentListener;
import dev.penstock.core.artifact.ArtifactFeature;
import dev.penstock.core.artifact.UploadLimits;
import dev.penstock.core.config.ConfigFeature;
import dev.penstock.core.config.DefinitionListener;
import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.BuiltInTypes;
import dev.penstock.core.console.ConsoleFeature;
import dev.penstock.core.console.ConsoleLimits;
import dev.penstock.core.dispatch.AgentRemoval;
import dev.penstock.core.dispatch.DispatchFeature;
import dev.penstock.core.http.AgentTokens;
import dev.penstock.core.http.Idempotency;
import dev.penstock.core.http.RequestObserver;
import dev.penstock.core.http.Resource;
import dev.penstock.core.insight.InsightFeature;
import dev.penstock.core.material.MaterialFeature;
import dev.penstock.core.material.PollSettings;
import dev.penstock.core.ops.OpsFeature;
import dev.penstock.core.ops.Retention;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.plugin.PluginFeature;
import dev.penstock.core.run.AgentDirectory;
import dev.penstock.core.run.ArtifactSink;
import dev.penstock.core.run.ConsoleSink;
import dev.penstock.core.run.HeldAttempts;
import dev.penstock.core.run.JobSecrets;
import dev.penstock.core.run.PipelineRuns;
import dev.penstock.core.run.RetentionRules;
import dev.penstock.core.run.RunFeature;
import dev.penstock.core.run.RunListener;
import dev.penstock.core.schedule.RunLabels;
import dev.penstock.core.schedule.ScheduleFeature;
import dev.penstock.core.schedule.ScheduleMarkers;
import dev.penstock.core.secret.MasterKey;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.core.secret.Vault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * All features, put together bottom-up. What a feature needs from one above it is bound late: it gets an object that
 * forwards, because nothing is asked before everything is there.
 *
 * @param resources all routes
 * @param workers everything that acts by itself; started when all is wired, stopped together
 * @param ending what has to be closed before requests are waited for, because it keeps some waiting
 * @param closing what has to be closed after the workers, in reverse
 */
record Features(
        AgentTokens tokens,
        Idempotency idempotency,
        RequestObserver observer,
        List<Resource> resources,
        List<Worker> workers,
        List<AutoCloseable> ending,
        List<AutoCloseable> closing) {

    static Features wire(Foundation on, Prepared prepared) throws IOException {
        return new Wiring(on, prepared).all();
    }

    /** The parts while they are put together. */
    private static final class Wiring {
        private final Foundation on;
        private final Prepared prepared;
        private final List<Resource> resources = new ArrayList<>();
        private final List<Worker> workers = new ArrayList<>();
        private final List<AutoCloseable> ending = new ArrayList<>();
        private final List<AutoCloseable> closing = new ArrayList<>();

        // Set by the feature that implements them; see the interface. A part that is called before is a mistake.
        private final Late<AgentListener> agentListener = new Late<>("agent listener");
        private final Late<AgentDirectory> agentDirectory = new Late<>("agent directory");
        private final Late<ConsoleSink> consoles = new Late<>("console sink");
        private final Late<ArtifactSink> artifacts = new Late<>("artifact sink");
        private final Late<RunListener> runListener = new Late<>("run listener");
        private final Late<PipelineRuns.Labels> labels = new Late<>("labels");

        // Told about changes of definitions, in this order; whoever wants to know is added before pipelines() is
        // called.
        private final List<DefinitionListener> definitionListeners = new ArrayList<>();

        private Wiring(Foundation on, Prepared prepared) {
            this.on = on;
            this.prepared = prepared;
        }

        private Features all() throws IOException {
            Vault vault = vault();
            PluginFeature plugins = plugins();
            var definitions = new Definitions();
            var secrets = new SecretStore(vault);
            AgentFeature agents = agents(vault);
            RunFeature runs = runs(definitions);
            resources.addAll(InsightFeature.create(new InsightFeature.Needs(on.database(), definitions, on.clock()))
                    .resources());
            var held = new HeldAttempts(on.database(), on.clock());
            var jobSecrets = new JobSecretQuery(on.database(), secrets);
            consoles(held, jobSecrets);
            artifacts(held, jobSecrets);
            schedules(materials(definitions, secrets, plugins), definitions, secrets, runs);
            pipelines(definitions, secrets, plugins);
            dispatch(agents, runs, held, definitions, secrets, plugins);
            var idempotency = new Idempotency(on.database(), vault::seal, vault::open);
            workers.add(idempotency.purge());
            OpsFeature ops = ops(plugins);
            return new Features(
                    agents.tokens()::verify,
                    idempotency,
                    ops.observer(),
                    List.copyOf(resources),
                    List.copyOf(workers),
                    List.copyOf(ending),
                    List.copyOf(closing));
        }

        private OpsFeature ops(PluginFeature plugins) {
            Settings settings = on.settings();
            OpsFeature ops = OpsFeature.create(new OpsFeature.Needs(
                    on.database(),
                    on.signals(),
                    on.clock(),
                    on.data(),
                    Version.current(),
                    new Retention(settings.days(Setting.EVENTS_KEEP_DAYS), settings.days(Setting.AUDIT_KEEP_DAYS)),
                    new OpsFeature.Watched(
                            () -> workers,
                            plugins.host()::timings,
                            prepared.http()::streams,
                            prepared.http()::refusals)));
            resources.addAll(ops.resources());
            workers.addAll(ops.workers());
            closing.add(ops);
            return ops;
        }

        private Vault vault() throws IOException {
            MasterKey key = MasterKey.open(on.data().resolve("master.key"));
            var vault = new Vault(key, on.database().read(SecretStore::installation));
            on.database().useTransaction(tx -> new SecretStore(vault).checkKey(tx));
            return vault;
        }

        private PluginFeature plugins() throws IOException {
            PluginFeature plugins =
                    PluginFeature.create(new PluginFeature.Needs(prepared.plugins(), on.database(), on.events()));
            resources.addAll(plugins.resources());
            workers.addAll(plugins.workers());
            closing.add(plugins);
            return plugins;
        }

        private ConfigFeature pipelines(Definitions definitions, SecretStore secrets, PluginFeature plugins) {
            ConfigFeature config = ConfigFeature.create(new ConfigFeature.Needs(
                    on.database(), definitions, secrets, plugins.types(), on.events(), definitionListeners));
            resources.addAll(config.resources());
            workers.addAll(config.workers());
            return config;
        }

        private MaterialFeature materials(Definitions definitions, SecretStore secrets, PluginFeature plugins)
                throws IOException {
            Settings settings = on.settings();
            MaterialFeature materials = MaterialFeature.create(new MaterialFeature.Needs(
                    on.database(),
                    definitions,
                    new BuiltInTypes(plugins.types()),
                    plugins.host()::materialType,
                    secrets,
                    new ScheduleMarkers(on.signals()),
                    on.events(),
                    on.signals(),
                    on.clock(),
                    new PollSettings(
                            settings.seconds(Setting.MATERIALS_POLL_SECONDS),
                            settings.wholeNumber(Setting.MATERIALS_PER_HOST),
                            settings.bytesOfMebibytes(Setting.MATERIALS_FETCH_LIMIT_MEBIBYTES),
                            settings.paths(Setting.MATERIALS_LOCAL_FOLDERS),
                            on.folder("materials"),
                            settings.days(Setting.MATERIALS_EVENTS_KEEP_DAYS))));
            definitionListeners.add(materials.registry());
            resources.addAll(materials.resources());
            workers.addAll(materials.workers());
            // After the plugins in the list, and so before them at the end: looks are calls into plugins.
            closing.add(materials.looks());
            return materials;
        }

        private void schedules(
                MaterialFeature materials, Definitions definitions, SecretStore secrets, RunFeature runs) {
            var markers = new ScheduleMarkers(on.signals());
            definitionListeners.add(markers);
            runListener.set(markers);
            labels.set(new RunLabels());
            ScheduleFeature schedule = ScheduleFeature.create(new ScheduleFeature.Needs(
                    on.database(),
                    definitions,
                    materials.materials(),
                    runs.runs(),
                    secrets,
                    on.events(),
                    on.signals(),
                    on.settings().days(Setting.TRIGGERS_KEEP_DAYS)));
            resources.addAll(schedule.resources());
            workers.addAll(schedule.workers());
        }

        private RunFeature runs(Definitions definitions) {
            RunFeature runs = RunFeature.create(new RunFeature.Needs(
                    on.database(),
                    definitions,
                    (template, counter, revisions, variables) ->
                            labels.get().label(template, counter, revisions, variables),
                    (tx, wanted, environment) -> agentDirectory.get().matching(tx, wanted, environment),
                    new LateConsoles(consoles),
                    (tx, ended) -> runListener.get().stageEnded(tx, ended),
                    on.signals(),
                    on.events(),
                    on.settings().minutes(Setting.JOBS_QUEUE_TIMEOUT_MINUTES)));
            resources.addAll(runs.resources());
            return runs;
        }

        private void consoles(HeldAttempts held, JobSecrets secrets) throws IOException {
            ConsoleFeature made = ConsoleFeature.create(new ConsoleFeature.Needs(
                    on.database(),
                    held,
                    secrets,
                    on.signals(),
                    on.clock(),
                    on.folder("consoles"),
                    new ConsoleLimits(
                            on.settings().bytesOfMebibytes(Setting.CONSOLE_MAX_MEBIBYTES),
                            new RetentionRules(
                                    on.settings().days(Setting.CONSOLE_KEEP_DAYS),
                                    on.settings().wholeNumber(Setting.CONSOLE_KEEP_RUNS),
                                    on.settings().bytesOfMebibytes(Setting.CONSOLE_PURGE_BELOW_MEBIBYTES),
                                    on.settings().bytesOfMebibytes(Setting.CONSOLE_PURGE_UNTIL_MEBIBYTES)))));
            consoles.set(made.sink());
            resources.addAll(made.resources());
            workers.addAll(made.workers());
        }

        private void artifacts(HeldAttempts held, JobSecrets secrets) throws IOException {
            Settings settings = on.settings();
            ArtifactFeature made = ArtifactFeature.create(new ArtifactFeature.Needs(
                    on.database(),
                    held,
                    secrets,
                    on.clock(),
                    on.folder("artifacts"),
                    new UploadLimits(
                            settings.bytesOfMebibytes(Setting.ARTIFACTS_FILE_MAX_MEBIBYTES),
                            settings.bytesOfMebibytes(Setting.ARTIFACTS_JOB_MAX_MEBIBYTES),
                            settings.bytesOfMebibytes(Setting.ARTIFACTS_FREE_MIN_MEBIBYTES)),
                    new RetentionRules(
                            settings.days(Setting.ARTIFACTS_KEEP_DAYS),
                            settings.wholeNumber(Setting.ARTIFACTS_KEEP_RUNS),
                            settings.bytesOfMebibytes(Setting.ARTIFACTS_PURGE_BELOW_MEBIBYTES),
                            settings.bytesOfMebibytes(Setting.ARTIFACTS_PURGE_UNTIL_MEBIBYTES))));
            artifacts.set(made.sink());
            resources.addAll(made.resources());
            workers.addAll(made.workers());
        }

        private AgentFeature agents(Vault vault) {
            AgentFeature made = AgentFeature.create(new AgentFeature.Needs(
                    on.database(),
                    vault,
                    (tx, agent) -> agentListener.get().deleted(tx, agent),
                    on.events(),
                    on.signals(),
                    on.clock()));
            agentDirectory.set(AgentFeature.directory());
            resources.addAll(made.resources());
            workers.addAll(made.workers());
            return made;
        }

        private void dispatch(
                AgentFeature agents,
                RunFeature runs,
                HeldAttempts held,
                Definitions definitions,
                SecretStore secrets,
                PluginFeature plugins) {
            Settings settings = on.settings();
            agentListener.set(new AgentRemoval(runs.jobs()));
            var needs = new DispatchFeature.Needs(
                    on.database(),
                    runs.jobs(),
                    held,
                    consoles.get(),
                    (tx, job, published) -> artifacts.get().publish(tx, job, published),
                    definitions,
                    secrets,
                    agents,
                    on.signals(),
                    on.clock(),
                    new DispatchFeature.Defaults(
                            settings.seconds(Setting.AGENTS_POLL_WAIT_SECONDS),
                            settings.minutes(Setting.JOBS_IDLE_TIMEOUT_MINUTES),
                            settings.minutes(Setting.JOBS_TOTAL_TIMEOUT_MINUTES),
                            settings.bytesOfMebibytes(Setting.CONSOLE_MAX_MEBIBYTES)));
            DispatchFeature made = DispatchFeature.create(needs, plugins.host());
            resources.addAll(made.resources());
            workers.addAll(made.workers());
            ending.add(made);
        }
    }
}
