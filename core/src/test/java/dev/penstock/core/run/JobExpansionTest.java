package dev.penstock.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.run.AgentDirectory.Host;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobExpansionTest {
    private static final Host ALMA = new Host(RunFixture.ALMA, "alma", true);
    private static final Host BRUNO_DOWN = new Host(RunFixture.BRUNO, "bruno", false);
    private static final JobDefinition ONE = RunFixture.job("unit");
    private static final JobDefinition THREE =
            RunFixture.job("it", new RunInstances(RunInstances.Kind.COUNT, 3), OnAgentLoss.RERUN);
    private static final JobDefinition ALL = RunFixture.job("copy", RunInstances.ALL_AGENTS, OnAgentLoss.ASK);

    private static List<PlannedJob> expand(List<Host> hosts, JobDefinition... jobs) {
        return new JobExpansion(_ -> hosts, 90).expand(RunFixture.stage("build", jobs));
    }

    private static PastInstance past(PlannedJob job, JobResult result) {
        return new PastInstance(
                job.name(),
                job.jobName(),
                job.kind(),
                job.runIndex(),
                job.runCount(),
                job.pinnedAgentId() == null ? null : RunFixture.ALMA,
                job.pinnedAgentName(),
                result,
                job.reason());
    }

    @Test
    void aPlainJobIsOneInstanceThatAnyAgentMayTake() {
        assertThat(expand(List.of(), ONE)).singleElement().satisfies(job -> {
            assertThat(job.name()).isEqualTo("unit");
            assertThat(job.pinnedAgentId()).isNull();
            assertThat(job.queueTimeoutSeconds()).isEqualTo(90);
            assertThat(job.canRun()).isTrue();
        });
    }

    @Test
    void aNumberOfInstancesIsCountedFromOne() {
        assertThat(expand(List.of(), THREE))
                .extracting(PlannedJob::name, PlannedJob::runIndex, PlannedJob::runCount)
                .containsExactly(
                        tuple("it-runInstance-1", 1, 3),
                        tuple("it-runInstance-2", 2, 3),
                        tuple("it-runInstance-3", 3, 3));
    }

    @Test
    void everyHostHasItsInstanceAndOneThatIsDownIsSeenAndNotWaitedFor() {
        List<PlannedJob> jobs = expand(List.of(ALMA, BRUNO_DOWN), ALL);

        assertThat(jobs).extracting(PlannedJob::pinnedAgentName).containsExactly("alma", "bruno");
        assertThat(jobs).extracting(PlannedJob::canRun).containsExactly(true, false);
        assertThat(jobs.getLast().reason()).isEqualTo(JobReason.AGENT_DOWN);
    }

    @Test
    void aJobForAllHostsThatFindsNoneFailsInSight() {
        assertThat(expand(List.of(), ALL)).singleElement().satisfies(job -> {
            assertThat(job.result()).isEqualTo(JobResult.FAILED);
            assertThat(job.reason()).isEqualTo(JobReason.NO_MATCHING_AGENT);
        });
    }

    @Test
    void anInstanceRunsAgainAsItWas() {
        PlannedJob second = expand(List.of(), THREE).get(1);

        List<PlannedJob> again = new JobExpansion(_ -> List.of(), 90).again(THREE, past(second, JobResult.FAILED));

        assertThat(again).containsExactly(second);
    }

    @Test
    void anInstanceOfAHostThatIsGoneIsDown() {
        PlannedJob onAlma = expand(List.of(ALMA), ALL).getFirst();

        List<PlannedJob> again = new JobExpansion(_ -> List.of(), 90).again(ALL, past(onAlma, JobResult.FAILED));

        assertThat(again).singleElement().satisfies(job -> {
            assertThat(job.pinnedAgentName()).isEqualTo("alma");
            assertThat(job.reason()).isEqualTo(JobReason.AGENT_DOWN);
        });
    }

    @Test
    void oneThatStoodForNoHostBecomesAllThatThereAreNow() {
        PlannedJob none = expand(List.of(), ALL).getFirst();

        List<PlannedJob> again =
                new JobExpansion(_ -> List.of(ALMA, BRUNO_DOWN), 90).again(ALL, past(none, JobResult.FAILED));

        assertThat(again).extracting(PlannedJob::name).containsExactly("copy-runOnAll-1", "copy-runOnAll-2");
    }
}
