package dev.penstock.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.HeldAttempts.HeldAttempt;
import dev.penstock.core.testing.SettableTime;
import dev.penstock.core.testing.WithDatabase;
import java.time.Duration;
import java.time.Instant;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every request of an agent is checked against what it holds. */
@WithDatabase
final class HeldAttemptsTest {
    private static final String UNIT = "deploy/1/build/1/unit";

    private final Database database;
    private final RunFixture runs;
    private final SettableTime time = new SettableTime(Instant.parse("2026-11-23T12:00:00Z"));
    private final HeldAttempts held;
    private JobRunId job = new JobRunId(1);

    HeldAttemptsTest(Database database, Signals signals, EventStore events) {
        this.database = database;
        this.runs = new RunFixture(database, signals, events);
        this.held = new HeldAttempts(database, time);
    }

    @BeforeEach
    void begin() {
        runs.forget();
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        runs.trigger("deploy");
        job = runs.jobId(UNIT);
    }

    private HeldAttempt require(AgentId agent, int attempt) {
        return database.read(handle -> held.require(handle, agent, job, attempt));
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable request) {
        assertThatThrownBy(request)
                .isInstanceOfSatisfying(
                        PenstockException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code));
    }

    private void loseLease() {
        runs.execute("UPDATE job_run SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL");
        runs.apply(UNIT, new JobEvent.LeaseExpired());
    }

    @Test
    void theHolderIsHeard() {
        runs.claim(UNIT);

        HeldAttempt attempt = require(RunFixture.ALMA, 1);

        assertThat(attempt.cancelling()).isFalse();
        assertThat(attempt.leaseSeconds()).isBetween(30.0, 60.0);
    }

    @Test
    void anotherAgentLearnsNothingNotEvenWhetherThereIsSuchAJob() {
        runs.claim(UNIT);

        assertRefused(ErrorCode.FORBIDDEN, () -> require(RunFixture.BRUNO, 1));
        assertRefused(ErrorCode.FORBIDDEN, () -> require(RunFixture.ALMA, 2));
        job = new JobRunId(4711);
        assertRefused(ErrorCode.FORBIDDEN, () -> require(RunFixture.ALMA, 1));
    }

    @Test
    void whoHasLostItIsToldToStopAlsoWhenItHasItAgain() {
        runs.claim(UNIT);
        loseLease();
        assertRefused(ErrorCode.SUPERSEDED, () -> require(RunFixture.ALMA, 1));

        runs.claim(UNIT);

        assertRefused(ErrorCode.SUPERSEDED, () -> require(RunFixture.ALMA, 1));
        assertThat(require(RunFixture.ALMA, 2).current()).isTrue();
    }

    @Test
    void aCancelledJobIsStillItsOwn() {
        runs.claim(UNIT);
        runs.apply(UNIT, new JobEvent.CancelRequested("eve"));

        assertThat(require(RunFixture.ALMA, 1).cancelling()).isTrue();
    }

    @Test
    void anAnswerIsRememberedForSecondsAndARefusalIsNot() {
        assertRefused(ErrorCode.FORBIDDEN, () -> held.requireLately(RunFixture.ALMA, job, 1));
        runs.claim(UNIT);
        held.requireLately(RunFixture.ALMA, job, 1);
        loseLease();

        held.requireLately(RunFixture.ALMA, job, 1);
        time.pass(Duration.ofSeconds(3));

        assertRefused(ErrorCode.SUPERSEDED, () -> held.requireLately(RunFixture.ALMA, job, 1));
    }
}
