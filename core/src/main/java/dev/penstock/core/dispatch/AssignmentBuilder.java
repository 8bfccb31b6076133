package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobAssignment.MaterialCheckout;
import dev.penstock.core.agent.Agent;
import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.ArtifactDefinition;
import dev.penstock.core.config.model.EnvironmentVariables;
import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.TaskDefinition;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.dispatch.AssignmentQuery.JobInRun;
import dev.penstock.core.dispatch.AssignmentQuery.RunMaterial;
import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.run.ConsoleLine;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.pluginhost.PluginJarRef;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the assignment of an attempt from the definition that the run started with. Outside of any transaction: it asks
 * plugins and decrypts secrets, which are given for this attempt only and stored nowhere. Thread-safe.
 */
final class AssignmentBuilder {
    private final Database database;
    private final Definitions definitions;
    private final SecretStore secrets;
    private final JobTypes types;
    private final DispatchFeature.Defaults defaults;
    private final InstantSource clock;

    AssignmentBuilder(
            Database database,
            Definitions definitions,
            SecretStore secrets,
            JobTypes types,
            DispatchFeature.Defaults defaults,
            InstantSource clock) {
        this.database = database;
        this.definitions = definitions;
        this.secrets = secrets;
        this.types = types;
        this.defaults = defaults;
        this.clock = clock;
    }

    /** What belongs to the run, read together. */
    private record Facts(JobInRun job, PipelineDefinition pipeline) {}

    Claims.Made build(Claims.Given given, Agent agent) throws UnassignableException {
        Facts facts = read(given);
        JobInRun job = facts.job();
        StageDefinition stage = stage(facts.pipeline(), job.stage());
        JobDefinition definition = job(stage, job.jobName());
        var revealed = new RevealedSecrets(secrets, job.pipeline());
        database.read(handle -> revealed.load(handle, facts.pipeline(), stage, definition, job.overrides()));

        Map<String, PluginJarRef> plugins = new LinkedHashMap<>();
        List<EnvironmentVariables.Material> materialVariables = new ArrayList<>();
        List<MaterialCheckout> checkouts = new ArrayList<>();
        for (RunMaterial material : job.materials()) {
            addMaterial(
                    material,
                    facts.pipeline(),
                    revealed,
                    materialVariables,
                    stage.fetchMaterials(),
                    checkouts,
                    plugins);
        }
        List<JobAssignment.Task> tasks = new ArrayList<>();
        for (TaskDefinition task : definition.tasks()) {
            tasks.add(task(task, revealed, plugins));
        }
        List<JobAssignment.Variable> environment = new ArrayList<>();
        for (Variable variable : variables(facts, stage, definition, agent, materialVariables)) {
            environment.add(new JobAssignment.Variable(variable.name(), revealed.value(variable), variable.isSecure()));
        }
        String locator = String.join(
                "/",
                facts.pipeline().name(),
                Long.toString(job.counter()),
                job.stage(),
                Integer.toString(job.stageCounter()),
                job.name());
        audit(revealed, locator, given, agent);
        var assignment = new JobAssignment(
                given.job().value(),
                given.attempt(),
                locator,
                facts.pipeline().name(),
                stage.cleanWorkingDirectory(),
                checkouts,
                environment,
                revealed.ofOptions(),
                tasks,
                definition.artifacts().stream()
                        .filter(artifact -> artifact.kind() != ArtifactDefinition.Kind.EXTERNAL)
                        .map(AssignmentBuilder::rule)
                        .toList(),
                seconds(definition.idleTimeoutMinutes(), defaults.idleTimeout()),
                seconds(definition.totalTimeoutMinutes(), defaults.totalTimeout()),
                defaults.maxConsoleBytes(),
                plugins.values().stream()
                        .map(jar -> new JobAssignment.PluginJar(jar.id(), jar.version(), jar.sha256(), jar.size()))
                        .toList(),
                job.assignedAt());
        return new Claims.Made(assignment, job.pipeline(), revealed.all());
    }

    /** A line of a console that the server writes itself. */
    byte[] consoleLine(String text) {
        return ConsoleLine.trouble(clock.instant(), text);
    }

    private Facts read(Claims.Given given) throws UnassignableException {
        Optional<Facts> facts = database.read(handle -> AssignmentQuery.job(handle, given.job(), given.attempt())
                .map(job -> new Facts(job, definitions.byId(handle, job.definition()))));
        return facts.orElseThrow(
                () -> new UnassignableException("The attempt was taken from the agent before it began"));
    }

    private static StageDefinition stage(PipelineDefinition pipeline, String name) throws UnassignableException {
        for (StageDefinition stage : pipeline.stages()) {
            if (stage.name().equals(name)) {
                return stage;
            }
        }
        throw new UnassignableException("The definition of the run has no stage \"" + name + "\"");
    }

    private static JobDefinition job(StageDefinition stage, String name) throws UnassignableException {
        for (JobDefinition job : stage.jobs()) {
            if (job.name().equals(name)) {
                return job;
            }
        }
        throw new UnassignableException(
                "The definition of the run has no job \"" + name + "\" in stage \"" + stage.name() + "\"");
    }

    private void addMaterial(
            RunMaterial material,
            PipelineDefinition pipeline,
            RevealedSecrets revealed,
            List<EnvironmentVariables.Material> variables,
            boolean fetch,
            List<MaterialCheckout> checkouts,
            Map<String, PluginJarRef> plugins)
            throws UnassignableException {
        if (material.position() >= pipeline.materials().size()) {
            throw new UnassignableException("The run has more materials than its definition");
        }
        MaterialDefinition definition = pipeline.materials().get(material.position());
        boolean dependency = definition.type().equals(MaterialDefinition.PIPELINE);
        Map<String, String> own = Map.of();
        if (!dependency) {
            var facts = types.material(definition.type(), revealed.wrapped(definition.options()));
            own = facts.variables();
            if (fetch) {
                plugins.put(facts.plugin().sha256(), facts.plugin());
                checkouts.add(new MaterialCheckout(
                        definition.type(),
                        facts.displayName(),
                        definition.destination(),
                        material.revision(),
                        revealed.plain(definition.options())));
            }
        }
        String name = definition.name();
        variables.add(new EnvironmentVariables.Material(
                name == null && dependency ? String.valueOf(definition.options().get("pipeline")) : name,
                definition.destination(),
                dependency,
                material.revision(),
                material.fromRevision(),
                material.upstreamLabel(),
                material.changed(),
                own));
    }

    private JobAssignment.Task task(TaskDefinition task, RevealedSecrets revealed, Map<String, PluginJarRef> plugins)
            throws UnassignableException {
        if (!task.type().equals(TaskDefinition.EXEC) && !task.type().equals(TaskDefinition.FETCH)) {
            PluginJarRef plugin = types.taskPlugin(task.type());
            plugins.put(plugin.sha256(), plugin);
        }
        TaskDefinition onCancel = task.onCancel();
        return new JobAssignment.Task(
                task.type(),
                revealed.plain(task.options()),
                task.workingDirectory(),
                task.runIf().stream()
                        .map(runIf -> JobAssignment.RunIf.valueOf(runIf.name()))
                        .toList(),
                onCancel == null ? null : task(onCancel, revealed, plugins),
                Math.multiplyExact(task.timeoutMinutes(), 60));
    }

    private List<Variable> variables(
            Facts facts,
            StageDefinition stage,
            JobDefinition definition,
            Agent agent,
            List<EnvironmentVariables.Material> materials) {
        JobInRun job = facts.job();
        var run = new EnvironmentVariables.Run(
                facts.pipeline().group(),
                job.causedBy(),
                facts.pipeline().name(),
                job.counter(),
                job.label(),
                job.stage(),
                job.stageCounter(),
                job.rerunOf(),
                job.name(),
                job.counted() ? job.runIndex() : null,
                job.counted() ? job.runCount() : null);
        var declared = new EnvironmentVariables.Declared(
                null,
                agent.resources(),
                facts.pipeline().variables(),
                stage.variables(),
                definition.variables(),
                job.overrides());
        return EnvironmentVariables.of(run, materials, declared);
    }

    /** Who got which secrets is told before they are given (C-15); a job without secrets costs no commit for it. */
    private void audit(RevealedSecrets revealed, String locator, Claims.Given given, Agent agent) {
        if (revealed.isEmpty()) {
            return;
        }
        database.useTransaction(tx -> AuditStore.record(
                tx,
                "agent " + given.agent().value(),
                "secret.use",
                "job/" + locator,
                Map.of(
                        "secrets",
                        revealed.ids(),
                        "attempt",
                        given.attempt(),
                        "host_name",
                        agent.facts().hostName())));
    }

    private static JobAssignment.ArtifactRule rule(ArtifactDefinition artifact) {
        String source = artifact.source();
        return new JobAssignment.ArtifactRule(
                artifact.kind() == ArtifactDefinition.Kind.TEST
                        ? JobAssignment.ArtifactRule.Kind.TEST
                        : JobAssignment.ArtifactRule.Kind.BUILD,
                source == null ? "" : source,
                artifact.destination());
    }

    private static int seconds(@Nullable Integer minutes, Duration otherwise) {
        return minutes == null ? Math.toIntExact(otherwise.toSeconds()) : Math.multiplyExact(minutes, 60);
    }
}
