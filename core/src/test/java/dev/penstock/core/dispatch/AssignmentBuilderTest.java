package dev.penstock.core.dispatch;

import static dev.penstock.core.dispatch.DispatchFixture.exec;
import static dev.penstock.core.dispatch.DispatchFixture.job;
import static dev.penstock.core.dispatch.DispatchFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobAssignment.Variable;
import dev.penstock.agent.protocol.PollReply;
import dev.penstock.core.config.model.ArtifactDefinition;
import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.PipelineDefinition.LockBehavior;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.StageDefinition.Approval;
import dev.penstock.core.config.model.TaskDefinition;
import dev.penstock.core.config.model.TaskDefinition.RunIf;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.core.testing.WithDatabase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What an agent gets, as it arrives there. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AssignmentBuilderTest {
    private final DispatchFixture all;
    private final TestNode server;

    AssignmentBuilderTest(Database database, Signals signals, EventStore events) {
        all = new DispatchFixture(database, signals, events);
        server = all.node();
    }

    @BeforeEach
    void forget() {
        all.forget();
        server.agents.roster().forget();
    }

    @AfterAll
    void stop() {
        all.close();
    }

    @Test
    void theEnvironmentSaysWhatTheRunIs() {
        all.started("deploy", job("unit"));

        JobAssignment job = server.agent("alma", "Deploy", "linux").job();

        assertThat(values(job))
                .doesNotContainKey("GO_SERVER_URL") // only the agent knows by which address it reaches the server
                .containsEntry("GO_PIPELINE_GROUP_NAME", "main")
                .containsEntry("GO_AGENT_RESOURCES", "Deploy,linux")
                .containsEntry("GO_TRIGGER_USER", "changes")
                .containsEntry("GO_PIPELINE_NAME", "deploy")
                .containsEntry("GO_PIPELINE_COUNTER", "1")
                .containsEntry("GO_PIPELINE_LABEL", "1")
                .containsEntry("GO_STAGE_NAME", "build")
                .containsEntry("GO_STAGE_COUNTER", "1")
                .containsEntry("GO_JOB_NAME", "unit")
                .containsEntry("GO_REVISION_CODE", "r1-deploy")
                .containsEntry("GO_FROM_REVISION_CODE", "r1-deploy")
                .containsEntry("GO_TO_REVISION_CODE", "r1-deploy")
                .containsEntry("GO_MATERIAL_URL_CODE", "https://git/deploy")
                .containsEntry("GO_MATERIAL_BRANCH_CODE", "main")
                .containsEntry("GO_MATERIAL_CODE_HAS_CHANGED", "true")
                .doesNotContainKeys("GO_JOB_RUN_INDEX", "GO_JOB_RUN_COUNT", "GO_RERUN_OF_STAGE_COUNTER");
    }

    @Test
    void oneOfManyInstancesKnowsItsNumber() {
        all.started("deploy", job("unit", new RunInstances(RunInstances.Kind.COUNT, 2), List.of(), List.of()));
        PollingAgent alma = server.agent("alma");
        alma.finish(alma.job());

        JobAssignment second = alma.job();

        assertThat(values(second))
                .containsEntry("GO_JOB_NAME", "unit-runInstance-2")
                .containsEntry("GO_JOB_RUN_INDEX", "2")
                .containsEntry("GO_JOB_RUN_COUNT", "2");
        assertThat(second.idleTimeoutSeconds()).isEqualTo(7 * 60);
        assertThat(second.totalTimeoutSeconds()).as("the server's default").isEqualTo(3600);
    }

    @Test
    void theWorkspaceIsThePipelinesAndMaterialsAreAtTheirRevisions() {
        all.started("deploy", job("unit"));

        JobAssignment job = server.agent("alma").job();

        assertThat(job.workspace()).isEqualTo("deploy");
        assertThat(job.cleanWorkspace()).isFalse();
        assertThat(job.materials()).singleElement().satisfies(material -> {
            assertThat(material.type()).isEqualTo("git");
            assertThat(material.displayName()).isEqualTo("the git");
            assertThat(material.revision()).isEqualTo("r1-deploy");
            assertThat(material.options()).containsEntry("url", "https://git/deploy");
        });
        assertThat(job.plugins()).extracting(JobAssignment.PluginJar::id).containsExactly("git-material");
    }

    @Test
    void aStageThatFetchesNothingHasNoMaterialsButTheirVariables() {
        var stage = new StageDefinition("ship", false, true, false, Approval.AUTOMATIC, List.of(), List.of(job("a")));
        all.runs.pipeline("deploy", stage);
        all.runs.trigger("deploy");

        JobAssignment job = server.agent("alma").job();

        assertThat(job.materials()).isEmpty();
        assertThat(job.plugins()).isEmpty();
        assertThat(job.cleanWorkspace()).isTrue();
        assertThat(values(job)).containsEntry("GO_REVISION_CODE", "r1-deploy");
    }

    @Test
    void tasksCarryTheirOptionsConditionsAndWhatTheyNeed() {
        var onCancel = task("ant", Map.of("target", "undeploy"));
        var first = new TaskDefinition(
                TaskDefinition.EXEC,
                Map.of("command", "mvn", "arguments", List.of("-B", "package")),
                "web",
                List.of(RunIf.FAILED, RunIf.ANY),
                onCancel,
                3);
        all.started("deploy", job("unit", first, exec("true")));

        JobAssignment job = server.agent("alma").job();

        assertThat(job.tasks()).hasSize(2);
        JobAssignment.Task task = job.tasks().getFirst();
        assertThat(task.options()).isEqualTo(Map.of("command", "mvn", "arguments", List.of("-B", "package")));
        assertThat(task.workingDirectory()).isEqualTo("web");
        assertThat(task.runIf()).containsExactly(JobAssignment.RunIf.FAILED, JobAssignment.RunIf.ANY);
        assertThat(task.timeoutSeconds()).isEqualTo(180);
        assertThat(task.onCancel())
                .isNotNull()
                .satisfies(cancel -> assertThat(cancel.type()).isEqualTo("ant"));
        assertThat(job.plugins())
                .extracting(JobAssignment.PluginJar::id)
                .containsExactlyInAnyOrder("git-material", "ant-task");
    }

    @Test
    void artifactsKeepTheirRulesExceptExternalOnes() {
        var build = artifact(ArtifactDefinition.Kind.BUILD, "target/*.war");
        var test = artifact(ArtifactDefinition.Kind.TEST, "reports");
        var external = artifact(ArtifactDefinition.Kind.EXTERNAL, null);
        all.started("deploy", job("unit", RunInstances.ONE, List.of(), List.of(build, test, external)));

        JobAssignment job = server.agent("alma").job();

        assertThat(job.artifacts())
                .containsExactly(
                        new JobAssignment.ArtifactRule(JobAssignment.ArtifactRule.Kind.BUILD, "target/*.war", "pkg"),
                        new JobAssignment.ArtifactRule(JobAssignment.ArtifactRule.Kind.TEST, "reports", "pkg"));
    }

    @Test
    void aStageOfAnotherPipelineIsNotCheckedOutAndSaysWhichRunItWas() {
        all.started("lib", job("unit"));
        PollingAgent alma = server.agent("alma");
        alma.finish(alma.job());
        var upstream = new MaterialDefinition(
                null,
                MaterialDefinition.PIPELINE,
                Map.of("pipeline", "lib", "stage", "build"),
                "",
                true,
                MaterialDefinition.Filter.NONE);
        all.runs.save(pipeline("deploy", List.of(upstream), job("unit")));
        all.runs.execute("UPDATE material SET type = 'pipeline' WHERE display_name = 'deploy'");
        all.runs.execute("UPDATE modification SET revision = 'lib/1/build/1' WHERE revision = 'r1-deploy'");
        all.runs.execute("UPDATE pipeline_run SET label = 'lib-1.0'");
        all.runs.trigger("deploy");

        JobAssignment job = alma.job();

        assertThat(job.materials()).isEmpty();
        assertThat(values(job))
                .containsEntry("GO_DEPENDENCY_LOCATOR_LIB", "lib/1/build/1")
                .containsEntry("GO_DEPENDENCY_LABEL_LIB", "lib-1.0");
    }

    @Test
    void secretsAreRevealedForTheAttemptAndItsUseIsAudited() {
        SecretRef token = secret("deploy", "s3cret");
        SecretRef password = secret("deploy", "pa55word");
        all.runs.save(pipeline("deploy", password, job(token)));
        all.runs.trigger("deploy");

        JobAssignment job = server.agent("alma").job();

        assertThat(job.environment())
                .contains(new Variable("TOKEN", "s3cret", true), new Variable("PLAIN", "x", false));
        assertThat(job.materials().getFirst().options()).containsEntry("password", "pa55word");
        assertThat(job.secrets()).containsExactly("pa55word");
        assertThat(all.runs.list("SELECT object FROM audit WHERE action = 'secret.use'"))
                .containsExactly("job/deploy/1/build/1/unit");
        assertThat(all.runs.list("SELECT detail::text FROM audit")).noneMatch(detail -> detail.contains("s3cret"));
    }

    @Test
    void aSecretOfAnotherPipelineOpensNothing() {
        SecretRef foreign = secret("other", "s3cret");
        all.runs.save(pipeline("deploy", secret("deploy", "x"), job(foreign)));
        all.runs.trigger("deploy");
        PollingAgent alma = server.agent("alma");

        assertThat(PollingAgent.reply(alma.park(alma.identity.facts(), List.of(), true, 1)))
                .isEqualTo(PollReply.NOTHING);

        assertThat(all.standing("deploy/1/build/1/unit")).isEqualTo("FINISHED 1 FAILED UNASSIGNABLE");
        assertThat(all.runs.list("SELECT message FROM job_run"))
                .containsExactly("A secret of variable \"TOKEN\" is not stored any more: give its value again");
    }

    @Test
    void aValueGivenAtTheStartReplacesWhatIsDeclared() {
        all.runs.pipeline(
                "deploy",
                List.of(new dev.penstock.core.config.model.Variable("TARGET", "test", null)),
                RunFixture.stage("build", job("unit")));
        all.runs.trigger("deploy");
        all.runs.execute("""
                UPDATE pipeline_run
                   SET overrides = '[{"name": "TARGET", "value": "prod"}, {"name": "UNKNOWN", "value": "y"}]'
                """);

        Map<String, String> values = values(server.agent("alma").job());

        assertThat(values).containsEntry("TARGET", "prod").doesNotContainKey("UNKNOWN");
    }

    /** Secrets belong to a pipeline by its id, and pipelines of a test are numbered as they are made. */
    private SecretRef secret(String pipeline, String value) {
        long next = all.runs.one(
                        Long.class,
                        "SELECT coalesce(last_value, 0) FROM pg_sequences WHERE sequencename = 'pipeline_id_seq'")
                + 1;
        var id = new PipelineId(pipeline.equals("deploy") ? next : next + 1_000);
        return all.database.inTransaction(tx -> all.secrets.put(tx, SecretStore.scope(id), value));
    }

    private static JobDefinition job(SecretRef token) {
        return DispatchFixture.job(
                "unit",
                RunInstances.ONE,
                List.of(
                        new dev.penstock.core.config.model.Variable("TOKEN", null, token),
                        new dev.penstock.core.config.model.Variable("PLAIN", "x", null)),
                List.of());
    }

    private static JobDefinition job(String name, TaskDefinition... tasks) {
        return DispatchFixture.job(name, List.of(), OnAgentLoss.RERUN, tasks);
    }

    private static JobDefinition job(
            String name,
            RunInstances instances,
            List<dev.penstock.core.config.model.Variable> variables,
            List<ArtifactDefinition> artifacts) {
        return DispatchFixture.job(name, instances, variables, artifacts);
    }

    private static PipelineDefinition pipeline(String name, SecretRef password, JobDefinition job) {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("url", "https://git/" + name);
        options.put("password", password);
        var material = new MaterialDefinition("code", "git", options, "", true, MaterialDefinition.Filter.NONE);
        return pipeline(name, List.of(material), job);
    }

    private static PipelineDefinition pipeline(String name, List<MaterialDefinition> materials, JobDefinition job) {
        return new PipelineDefinition(
                name,
                "main",
                "${COUNT}",
                -1,
                LockBehavior.NONE,
                null,
                Map.of(),
                null,
                null,
                List.of(),
                materials,
                List.of(RunFixture.stage("build", job)));
    }

    private static ArtifactDefinition artifact(ArtifactDefinition.Kind kind, @Nullable String source) {
        return new ArtifactDefinition(kind, source, "pkg", null, null, Map.of());
    }

    private static Map<String, String> values(JobAssignment job) {
        return job.environment().stream().collect(Collectors.toMap(Variable::name, Variable::value));
    }
}
