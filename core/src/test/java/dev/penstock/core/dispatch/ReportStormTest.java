package dev.penstock.core.dispatch;

import static dev.penstock.core.dispatch.DispatchFixture.job;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.JobReport.ConsoleChunk;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.Phase;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.agent.protocol.JobReport.TaskState;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.WithDatabase;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Reports that come twice, late and in any order: whatever the way, it comes out the same. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReportStormTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final byte[] CONSOLE = "one\ntwo\nthree\nfour\nfive\n".getBytes(StandardCharsets.UTF_8);
    private static final int ROUNDS = 40;

    private final DispatchFixture all;
    private final TestNode server;

    ReportStormTest(Database database, Signals signals, EventStore events) {
        all = new DispatchFixture(database, signals, events);
        server = all.node();
    }

    @AfterAll
    void stop() {
        all.close();
    }

    @Test
    void anyOrderOfReportsComesOutTheSame() {
        PollingAgent alma = server.agent("alma");
        for (int seed = 0; seed < ROUNDS; seed++) {
            String pipeline = "p" + seed;
            all.started(pipeline, job("unit"));
            JobAssignment job = alma.job();

            storm(alma, job, new Random(seed));

            String unit = pipeline + "/1/build/1/unit";
            assertThat(all.standing(unit)).as("seed " + seed).isEqualTo("FINISHED 1 PASSED");
            assertThat(server.api()
                            .get("/api/v1/jobs/" + job.jobId() + "/console")
                            .bytes())
                    .as("seed " + seed)
                    .isEqualTo(CONSOLE);
            assertThat(all.runs.list(
                            "SELECT event FROM job_transition WHERE event = 'ENDED' AND job_run_id = " + job.jobId()))
                    .as("seed " + seed)
                    .hasSize(1);
            assertThat(all.runs.one(
                            Integer.class,
                            "SELECT jsonb_array_length(phases) FROM job_attempt WHERE job_run_id = " + job.jobId()))
                    .as("seed " + seed)
                    .isEqualTo(3);
        }
    }

    /** Everything twice, in any order; what the server asks for again is sent again. */
    private static void storm(PollingAgent agent, JobAssignment job, Random random) {
        List<JobReport> reports = new ArrayList<>();
        for (int known = 1; known <= 3; known++) {
            for (int offset = 0; offset < CONSOLE.length; offset += 1 + random.nextInt(9)) {
                reports.add(report(known, offset, Math.min(CONSOLE.length, offset + 9), null));
            }
        }
        reports.add(report(3, 12, CONSOLE.length, end()));
        reports.addAll(List.copyOf(reports));
        Collections.shuffle(reports, random);
        for (JobReport report : reports) {
            HttpResponse<String> answer = agent.report(job.jobId(), report);
            assertThat(answer.statusCode()).as(answer.body()).isIn(200, 412);
        }
        HttpResponse<String> last = agent.report(job.jobId(), report(3, 0, CONSOLE.length, end()));
        assertThat(last.statusCode()).as(last.body()).isEqualTo(200);
    }

    private static JobReport report(int known, int from, int to, @Nullable End end) {
        List<PhaseEntered> phases = Arrays.stream(Phase.values())
                .limit(known)
                .map(phase -> new PhaseEntered(phase, NOON))
                .toList();
        var task = new TaskRun(
                0, "mvn", end == null ? TaskState.RUNNING : TaskState.PASSED, 0, NOON, end == null ? null : NOON, 0);
        return new JobReport(
                1, phases, List.of(task), new ConsoleChunk(from, Arrays.copyOfRange(CONSOLE, from, to)), end);
    }

    private static End end() {
        return new End(JobReport.Result.PASSED, null, null, NOON, CONSOLE.length, List.of(), 0);
    }
}
