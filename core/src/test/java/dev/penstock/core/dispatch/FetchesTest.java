package dev.penstock.core.dispatch;

import static dev.penstock.core.dispatch.DispatchFixture.job;
import static dev.penstock.core.dispatch.PollingAgent.files;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.FetchReply;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.testing.WithDatabase;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Which files a fetch task gets, over HTTP. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FetchesTest {
    private final DispatchFixture all;
    private final TestNode server;

    FetchesTest(Database database, Signals signals, EventStore events) {
        all = new DispatchFixture(database, signals, events);
        server = all.node();
    }

    @BeforeEach
    void forget() {
        all.forget();
        server.agents.roster().forget();
        all.runs.execute("INSERT INTO blob (sha256, size) VALUES ('" + TestNode.SHA + "', 4)");
    }

    @AfterAll
    void stop() {
        all.close();
    }

    @Test
    void aFolderComesAsWhatIsInItAndAFileByItsName() {
        PollingAgent alma = server.agent("alma");
        JobAssignment ship = shipAfterBuild(alma, "out/pkg/app.war", "out/pkg/lib/a.jar", "out/pkg2/b.jar");

        FetchReply folder = files(fetch(alma, ship, "", "build", "unit", "out/pkg/", false));
        FetchReply file = files(fetch(alma, ship, "", "build", "unit", "./out//pkg/app.war", true));

        assertThat(folder.from()).isEqualTo("deploy/1/build/1/unit");
        assertThat(folder.files())
                .containsExactly(
                        new FetchReply.File("app.war", TestNode.SHA, 4),
                        new FetchReply.File("lib/a.jar", TestNode.SHA, 4));
        assertThat(file.files()).containsExactly(new FetchReply.File("app.war", TestNode.SHA, 4));
    }

    @Test
    void namesAreFoundInAnyCaseAndByThePipelinesOwnName() {
        PollingAgent alma = server.agent("alma");
        JobAssignment ship = shipAfterBuild(alma, "a.txt");

        assertThat(files(fetch(alma, ship, "DEPLOY", "Build", "UNIT", "a.txt", true))
                        .files())
                .hasSize(1);
    }

    @Test
    void whatIsMissingIsSaid() {
        PollingAgent alma = server.agent("alma");
        JobAssignment ship = shipAfterBuild(alma, "a.txt");

        assertMissing(
                fetch(alma, ship, "", "test", "unit", "a.txt", true), "Stage \\\"test\\\" of run deploy/1 has not run");
        assertMissing(fetch(alma, ship, "", "build", "lint", "a.txt", true), "has no job \\\"lint\\\"");
        assertMissing(
                fetch(alma, ship, "", "build", "unit", "b.txt", true),
                "Job deploy/1/build/1/unit has published no file \\\"b.txt\\\"");
        assertMissing(
                fetch(alma, ship, "", "ship", "copy", "a.txt", true),
                "Stage \\\"ship\\\" does not come before this one");
        assertMissing(
                fetch(alma, ship, "secret", "build", "unit", "a.txt", true),
                "Run deploy/1 has not come from a run of pipeline \\\"secret\\\"");
    }

    @Test
    void artifactsThatRetentionHasDeletedAreGone() {
        PollingAgent alma = server.agent("alma");
        JobAssignment ship = shipAfterBuild(alma, "a.txt");
        all.runs.execute("UPDATE stage_run SET artifacts_deleted_at = now() WHERE name = 'build'");

        assertThat(fetch(alma, ship, "", "build", "unit", "a.txt", true).statusCode())
                .isEqualTo(410);
    }

    @Test
    void onlyTheHolderOfTheAttemptMayAsk() {
        PollingAgent alma = server.agent("alma");
        JobAssignment ship = shipAfterBuild(alma, "a.txt");
        PollingAgent bruno = server.agent("bruno");

        assertThat(fetch(bruno, ship, "", "build", "unit", "a.txt", true).statusCode())
                .isEqualTo(403);
        alma.finish(ship);
        assertThat(fetch(alma, ship, "", "build", "unit", "a.txt", true).statusCode())
                .isEqualTo(409);
    }

    @Test
    void aJobThatWasNotRunAgainIsFetchedFromWhereItRan() {
        PollingAgent alma = server.agent("alma");
        JobAssignment ship = shipAfterBuild(alma, "a.txt");
        all.runs.execute("""
                WITH again AS (
                    INSERT INTO stage_run (pipeline_run_id, pipeline_id, name, name_key, position, counter, state,
                                           approved_by, latest, ended_at)
                    SELECT pipeline_run_id, pipeline_id, name, name_key, position, 2, 'PASSED', 'olga', false, now()
                      FROM stage_run WHERE name = 'build' RETURNING id
                )
                INSERT INTO job_run (stage_run_id, pipeline_run_id, pipeline_id, name, name_key, job_name, kind,
                                     copied_from_id, rerun_policy, state, result, ended_at)
                SELECT again.id, j.pipeline_run_id, j.pipeline_id, j.name, j.name_key, j.job_name, j.kind, j.id, 'RERUN',
                       'FINISHED', 'PASSED', now()
                  FROM again, job_run j JOIN stage_run s ON s.id = j.stage_run_id WHERE s.name = 'build'
                """);
        all.runs.execute("UPDATE stage_run SET latest = false WHERE name = 'build'");
        all.runs.execute("UPDATE stage_run SET latest = true WHERE name = 'build' AND counter = 2");

        FetchReply reply = files(fetch(alma, ship, "", "build", "unit", "a.txt", true));

        assertThat(reply.from()).isEqualTo("deploy/1/build/2/unit");
        assertThat(reply.files()).hasSize(1);
    }

    @Test
    void anAncestorIsReachedThroughTheRunsFromWhichThisOneCame() {
        PollingAgent alma = server.agent("alma");
        all.started("lib", job("unit"));
        finishWith(alma, "lib.jar");
        all.started("app", job("unit"));
        finishWith(alma, "app.jar");
        upstream("app", "lib/1/build/1");
        all.started("site", job("unit"));
        JobAssignment site = alma.job();
        upstream("site", "app/1/build/1");

        assertThat(files(fetch(alma, site, "app", "build", "unit", "app.jar", true))
                        .from())
                .isEqualTo("app/1/build/1/unit");
        assertThat(files(fetch(alma, site, "lib/app", "build", "unit", "lib.jar", true))
                        .from())
                .isEqualTo("lib/1/build/1/unit");
        assertMissing(
                fetch(alma, site, "lib", "build", "unit", "lib.jar", true),
                "Run site/1 has not come from a run of pipeline \\\"lib\\\"");
    }

    /** Makes a run come from a stage of another pipeline, as scheduling does it. */
    private void upstream(String pipeline, String locator) {
        all.runs.execute("""
                WITH m AS (
                    INSERT INTO material (fingerprint, type, options, display_name)
                    VALUES ('%1$s-%2$s', 'pipeline', '{}', '%2$s') RETURNING id
                ), c AS (
                    INSERT INTO modification (material_id, revision, author, comment, authored_at)
                    SELECT id, '%2$s', '', '', now() FROM m RETURNING id, material_id
                )
                INSERT INTO pipeline_run_material (pipeline_run_id, position, material_id, modification_id,
                                                   from_modification_id, changed)
                SELECT r.id, 1, c.material_id, c.id, c.id, true
                  FROM c, pipeline_run r JOIN pipeline p ON p.id = r.pipeline_id WHERE p.name = '%1$s'
                """.formatted(pipeline, locator));
    }

    private JobAssignment shipAfterBuild(PollingAgent alma, String... artifacts) {
        all.runs.pipeline("deploy", RunFixture.stage("build", job("unit")), RunFixture.stage("ship", job("copy")));
        all.runs.trigger("deploy");
        finishWith(alma, artifacts);
        return alma.job();
    }

    private void finishWith(PollingAgent alma, String... artifacts) {
        JobAssignment job = alma.job();
        for (String path : artifacts) {
            all.runs.execute("INSERT INTO artifact (job_run_id, path, sha256, size) VALUES (" + job.jobId() + ", '"
                    + path + "', '" + TestNode.SHA + "', 4)");
        }
        alma.finish(job);
    }

    private static HttpResponse<String> fetch(
            PollingAgent agent,
            JobAssignment of,
            String pipeline,
            String stage,
            String job,
            String source,
            boolean file) {
        return agent.get("/agent/v1/jobs/" + of.jobId() + "/fetch?attempt=" + of.attempt() + "&pipeline="
                + URLEncoder.encode(pipeline, StandardCharsets.UTF_8) + "&stage=" + stage + "&job=" + job + "&source="
                + URLEncoder.encode(source, StandardCharsets.UTF_8) + "&is_file=" + file);
    }

    private static void assertMissing(HttpResponse<String> answer, String message) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(404);
        assertThat(answer.body()).contains(message);
    }
}
