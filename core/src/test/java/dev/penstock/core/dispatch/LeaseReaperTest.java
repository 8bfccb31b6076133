package dev.penstock.core.dispatch;

import static dev.penstock.core.dispatch.DispatchFixture.exec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.testing.WithDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabase
final class LeaseReaperTest {
    private static final String UNIT = "deploy/1/build/1/unit";

    private final RunFixture runs;
    private final AtomicLong nanos = new AtomicLong();
    private final LeaseReaper reaper;

    LeaseReaperTest(Database database, Signals signals, EventStore events) {
        runs = new RunFixture(database, signals, events);
        reaper = new LeaseReaper(database, runs.feature.jobs(), nanos::get);
    }

    @BeforeEach
    void forget() {
        runs.execute("TRUNCATE pipeline, resolved_definition, material, event CASCADE");
    }

    @Test
    void anAgentThatFallsSilentLosesItsJobWhichRunsAgain() {
        claimed(OnAgentLoss.RERUN);
        silence();

        steps(Duration.ofSeconds(95));

        assertThat(runs.jobs()).containsExactly("unit SCHEDULED");
        assertThat(runs.list("SELECT outcome || ' ' || reason FROM job_attempt"))
                .containsExactly("LOST AGENT_LOST");
        assertThat(runs.closedConsoles).anyMatch(console -> console.endsWith("/1 cut"));
    }

    @Test
    void aLeaseThatIsRenewedIsLeftAlone() {
        claimed(OnAgentLoss.RERUN);

        steps(Duration.ofSeconds(95));

        assertThat(runs.jobs()).containsExactly("unit ASSIGNED");
    }

    @Test
    void aJobIsRunAgainAsOftenAsItsDefinitionSays() {
        claimed(new OnAgentLoss(OnAgentLoss.Policy.RERUN, 1));
        steps(Duration.ofSeconds(95));
        silence();
        reaper.step();
        runs.claim(UNIT);
        silence();

        reaper.step();

        assertThat(runs.jobs()).containsExactly("unit FINISHED FAILED AGENT_LOST");
        assertThat(runs.list("SELECT message FROM job_run"))
                .containsExactly("Lost its agent in 2 of at most 2 attempts");
    }

    @Test
    void aJobThatAsksWaitsForAPerson() {
        claimed(OnAgentLoss.ASK);
        silence();

        steps(Duration.ofSeconds(95));

        assertThat(runs.jobs()).containsExactly("unit LOST AGENT_LOST");
    }

    @Test
    void afterItsStartAServerGivesAgentsTimeToComeBack() {
        claimed(OnAgentLoss.RERUN);
        silence();

        steps(Duration.ofSeconds(85));

        assertThat(runs.jobs()).containsExactly("unit ASSIGNED");
    }

    @Test
    void aServerThatWasKeptFromItsWorkGivesThemThatTimeAgain() {
        claimed(OnAgentLoss.RERUN);
        steps(Duration.ofSeconds(95));
        silence();
        nanos.addAndGet(Duration.ofHours(3).toNanos());

        steps(Duration.ofSeconds(85));

        assertThat(runs.jobs()).containsExactly("unit ASSIGNED");
        steps(Duration.ofSeconds(10));
        assertThat(runs.jobs()).containsExactly("unit SCHEDULED");
    }

    @Test
    void aJobThatNobodyTakesInTimeHasFailedAndSaysWhyNobodyDid() {
        runs.pipeline("deploy", RunFixture.stage("build", job(OnAgentLoss.RERUN)));
        runs.trigger("deploy");
        runs.execute(
                "UPDATE job_run SET wait_reason = 'No agent is registered', since = now() - interval '61 seconds'");

        reaper.step();

        assertThat(runs.jobs()).containsExactly("unit FINISHED FAILED QUEUE_TIMEOUT");
        assertThat(runs.list("SELECT message FROM job_run"))
                .containsExactly("No agent has taken it in time: No agent is registered");
        assertThat(runs.runs()).containsExactly("deploy/1 FAILED");
    }

    @Test
    void aJobThatMayStillWaitWaits() {
        runs.pipeline("deploy", RunFixture.stage("build", job(OnAgentLoss.RERUN)));
        runs.trigger("deploy");
        runs.execute("UPDATE job_run SET since = now() - interval '59 seconds'");

        reaper.step();

        assertThat(runs.jobs()).containsExactly("unit SCHEDULED");
    }

    private void claimed(OnAgentLoss onLoss) {
        runs.pipeline("deploy", RunFixture.stage("build", job(onLoss)));
        runs.trigger("deploy");
        runs.claim(UNIT);
    }

    /** A job that waits for at most a minute. */
    private static JobDefinition job(OnAgentLoss onLoss) {
        return new JobDefinition(
                "unit",
                RunInstances.ONE,
                List.of(),
                null,
                null,
                null,
                1,
                onLoss,
                List.of(),
                List.of(exec("true")),
                List.of(),
                List.of());
    }

    private void silence() {
        runs.execute("UPDATE job_run SET lease_until = now() - interval '1 second'");
    }

    /** Steps every five seconds, as its worker does. */
    private void steps(Duration time) {
        for (long passed = 0; passed < time.toSeconds(); passed += 5) {
            nanos.addAndGet(Duration.ofSeconds(5).toNanos());
            reaper.step();
        }
    }
}
