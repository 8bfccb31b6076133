package dev.penstock.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.WithDatabase;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever comes at once and in whatever order, the history that is left keeps the invariants that concern the server
 * (I-1 to I-3, I-6, I-8). Each check lists what breaks it.
 */
@WithDatabase
final class RunStormTest {
    private static final int THREADS = 8;
    private static final int DEEDS = 500;

    private final RunFixture runs;

    RunStormTest(Database database, Signals signals, EventStore events) {
        runs = new RunFixture(database, signals, events);
    }

    @BeforeEach
    void forget() {
        runs.forget();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void historyKeepsItsPromises(long seed) throws Exception {
        var storm = new RunStorm(runs);
        storm.pipelines();

        storm.blow(seed, THREADS, DEEDS);
        storm.calm();

        assertThat(runs.one(Integer.class, "SELECT count(*) FROM stage_run"))
                .as("enough has happened")
                .isGreaterThan(60);
        everyTriggerIsOneRun(storm);
        everyJobHasOneEnd(storm);
        attemptsFollowEachOther();
        everyStageEndsOnceAndSaysWhatItsJobsMadeOfIt();
        noRunIsLeftBehind();
        factsAndHistoryAgree();
        everyActIsInTheTrail();
    }

    private void none(String promise, String sql) {
        assertThat(runs.list(sql)).as(promise).isEmpty();
    }

    private void everyTriggerIsOneRun(RunStorm storm) {
        assertThat(storm.triggered)
                .as("I-1: each acknowledged trigger is one run")
                .containsExactlyInAnyOrderElementsOf(
                        runs.list(
                                "SELECT p.name || '/' || r.counter FROM pipeline_run r JOIN pipeline p ON p.id = r.pipeline_id"));
        none("I-1: counters have no gap", """
                SELECT p.name
                  FROM pipeline p LEFT JOIN pipeline_run r ON r.pipeline_id = p.id
                 GROUP BY p.id
                HAVING count(r.id) <> p.run_counter OR COALESCE(max(r.counter), 0) <> p.run_counter
                """);
        none("counters of stages have no gap, and the newest is the latest", """
                SELECT pipeline_run_id || '/' || name_key
                  FROM stage_run
                 GROUP BY pipeline_run_id, name_key
                HAVING count(*) <> max(counter) OR max(counter) FILTER (WHERE latest) IS DISTINCT FROM max(counter)
                    OR count(*) FILTER (WHERE latest) <> 1
                """);
    }

    private void everyJobHasOneEnd(RunStorm storm) {
        none("I-2: a job that ran here ends once", """
                SELECT j.id::text
                  FROM job_run j LEFT JOIN job_transition t ON t.job_run_id = j.id AND t.state = 'FINISHED'
                 WHERE j.copied_from_id IS NULL
                 GROUP BY j.id
                HAVING count(t.id) <> 1
                """);
        Map<Long, String> told = new TreeMap<>();
        storm.acknowledged.forEach((job, result) -> told.put(job.value(), result.name()));
        Map<Long, String> kept = new TreeMap<>();
        runs.list("SELECT id || ' ' || result FROM job_run WHERE copied_from_id IS NULL AND agent_id IS NOT NULL")
                .forEach(row -> kept.put(Long.valueOf(row.split(" ", -1)[0]), row.split(" ", -1)[1]));
        assertThat(kept).as("I-2: what was acknowledged is what counts").isEqualTo(told);
        none("I-8: nothing is left in between", "SELECT id::text FROM job_run WHERE state <> 'FINISHED'");
    }

    private void attemptsFollowEachOther() {
        none("I-3: attempts have no gap", """
                SELECT j.id::text
                  FROM job_run j LEFT JOIN job_attempt a ON a.job_run_id = j.id
                 WHERE j.copied_from_id IS NULL
                 GROUP BY j.id
                HAVING count(a.attempt) <> j.attempt OR COALESCE(max(a.attempt), 0) <> j.attempt
                """);
        none("I-3: no two attempts at a time", """
                SELECT a.job_run_id || '/' || a.attempt
                  FROM job_attempt a JOIN job_attempt b ON b.job_run_id = a.job_run_id AND b.attempt = a.attempt + 1
                 WHERE a.ended_at IS NULL OR a.ended_at > b.assigned_at
                """);
        none("I-3: no attempt that nobody decided", """
                SELECT j.id::text
                  FROM job_run j
                 WHERE rerun_policy = 'ASK' AND copied_from_id IS NULL
                   AND attempt > 1 + (SELECT count(*) FROM job_transition t
                                       WHERE t.job_run_id = j.id AND t.event = 'RERUN_DECIDED')
                """);
        none("only the last attempt can have an outcome that counts", """
                SELECT a.job_run_id || '/' || a.attempt
                  FROM job_attempt a JOIN job_run j ON j.id = a.job_run_id
                 WHERE a.outcome IS NULL
                    OR a.outcome IN ('PASSED', 'FAILED', 'CANCELLED')
                       AND (a.attempt <> j.attempt OR a.outcome <> j.result)
                """);
        List<String> attempts = runs.list("SELECT job_run_id || '/' || attempt FROM job_attempt");
        assertThat(runs.closedConsoles.stream().map(closed -> closed.split(" ", -1)[0]))
                .as("each attempt's console is closed once")
                .containsExactlyInAnyOrderElementsOf(attempts);
    }

    private void everyStageEndsOnceAndSaysWhatItsJobsMadeOfIt() {
        none("a stage is what its jobs make of it", """
                SELECT s.id::text
                  FROM stage_run s JOIN job_run j ON j.stage_run_id = s.id AND j.reason IS DISTINCT FROM 'AGENT_DOWN'
                 GROUP BY s.id
                HAVING s.state <> CASE WHEN bool_or(j.result = 'CANCELLED') THEN 'CANCELLED'
                                       WHEN bool_or(j.result = 'FAILED') THEN 'FAILED' ELSE 'PASSED' END
                """);
        String places = """
                SELECT concat_ws('/', p.name, r.counter, s.name, s.counter)
                  FROM stage_run s JOIN pipeline_run r ON r.id = s.pipeline_run_id JOIN pipeline p ON p.id = r.pipeline_id
                """;
        assertThat(runs.list("""
                        SELECT concat_ws('/', body ->> 'pipeline', body ->> 'run', body ->> 'stage', body ->> 'stage_counter')
                          FROM event
                         WHERE kind = 'stage.changed' AND body ->> 'state' IN ('PASSED', 'FAILED', 'CANCELLED')
                        """))
                .as("a stage's end is said once")
                .containsExactlyInAnyOrderElementsOf(runs.list(places));
        assertThat(runs.endedStages)
                .as("a stage's end is heard once")
                .hasSize(runs.one(Integer.class, "SELECT count(*) FROM stage_run"));
        none("within a pipeline a stage runs in one run at a time", """
                SELECT a.id || ' ' || b.id
                  FROM stage_run a JOIN stage_run b ON b.pipeline_id = a.pipeline_id AND b.name_key = a.name_key
                 WHERE a.id < b.id AND a.ended_at > b.scheduled_at
                """);
    }

    private void noRunIsLeftBehind() {
        none("a run without an active stage is not active, and none waits for a stage that is free", """
                SELECT p.name || '/' || r.counter || ' ' || r.state || ' ' || COALESCE(r.wait_code, '')
                  FROM pipeline_run r JOIN pipeline p ON p.id = r.pipeline_id
                 WHERE r.state = 'ACTIVE' OR r.wait_code = 'STAGE_BUSY'
                """);
        none("a run that waits waits for a stage whose predecessor has passed", """
                SELECT r.id::text
                  FROM pipeline_run r
                 WHERE r.state = 'WAITING'
                   AND NOT EXISTS (SELECT 1 FROM stage_run s
                                    WHERE s.pipeline_run_id = r.id AND s.latest AND s.state = 'PASSED')
                """);
    }

    private void factsAndHistoryAgree() {
        none("each step of a job is one fact, in the same order", """
                WITH steps AS (
                    SELECT job_run_id, string_agg(state || COALESCE(phase, ''), ' ' ORDER BY id) AS way
                      FROM job_transition WHERE event <> 'CREATED' GROUP BY job_run_id
                ), facts AS (
                    SELECT (body ->> 'job_id')::bigint AS job_run_id,
                           string_agg((body ->> 'state') || COALESCE(body ->> 'phase', ''), ' ' ORDER BY id) AS way
                      FROM event WHERE kind = 'job.changed' GROUP BY 1
                )
                SELECT COALESCE(s.job_run_id, f.job_run_id) || ': ' || COALESCE(s.way, '') || ' / ' || COALESCE(f.way, '')
                  FROM steps s FULL JOIN facts f USING (job_run_id)
                 WHERE s.way IS DISTINCT FROM f.way
                """);
    }

    private void everyActIsInTheTrail() {
        assertThat(runs.list(
                        "SELECT object FROM audit WHERE action IN ('stage.start', 'stage.rerun', 'stage.rerun_jobs')"))
                .as("I-6: each stage that a person started is in the trail once")
                .containsExactlyInAnyOrderElementsOf(runs.list("""
                        SELECT 'stage/' || concat_ws('/', p.name, r.counter, s.name, s.counter)
                          FROM stage_run s JOIN pipeline_run r ON r.id = s.pipeline_run_id
                          JOIN pipeline p ON p.id = r.pipeline_id
                         WHERE s.approved_by = 'eve'
                        """));
    }
}
