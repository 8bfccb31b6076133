package dev.penstock.core.insight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.JobResult;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.testing.WithDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabase
final class DashboardTest {
    private final Database database;
    private final EventStore events;
    private final RunFixture runs;
    private final Dashboard dashboard;

    DashboardTest(Database database, Signals signals, EventStore events) {
        this.database = database;
        this.events = events;
        this.runs = new RunFixture(database, signals, events);
        this.dashboard = fresh();
    }

    private Dashboard fresh() {
        return new Dashboard(database, InstantSource.system(), new StageNames());
    }

    @BeforeEach
    void forget() {
        runs.forget();
    }

    private JsonNode show() {
        return json(dashboard.show());
    }

    private static JsonNode json(Dashboard.Shown shown) {
        try (var unpacked =
                new GZIPInputStream(new ByteArrayInputStream(shown.json().gzip()))) {
            byte[] bytes = unpacked.readAllBytes();
            assertThat(shown.json().plain()).isEqualTo(bytes);
            return Json.STRICT.readTree(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void tell(String pipeline, String kind) {
        database.useTransaction(tx -> events.append(tx, "pipeline/" + pipeline, kind, Map.of()));
    }

    private static List<String> names(JsonNode group) {
        List<String> names = new ArrayList<>();
        group.path("pipelines")
                .forEach(pipeline -> names.add(pipeline.path("name").asText()));
        return names;
    }

    @Test
    void anEmptyServerHasAnEmptyDashboard() {
        assertThat(show().toString())
                .isEqualTo("{\"counts\":{\"pipelines\":0,\"paused\":0,\"by_state\":{}},\"groups\":[]}");
    }

    @Test
    void pipelinesStandInTheirGroupsInTheirOrder() {
        runs.pipeline("b", RunFixture.stage("only", RunFixture.job("x")));
        runs.pipeline("a", RunFixture.stage("only", RunFixture.job("x")));
        runs.pipeline("c", RunFixture.stage("only", RunFixture.job("x")));
        runs.execute("INSERT INTO pipeline_group (name_key, name) VALUES ('apps', 'Apps') ON CONFLICT DO NOTHING");
        runs.execute("UPDATE pipeline SET group_key = 'apps' WHERE name = 'c'");
        runs.execute("UPDATE pipeline SET display_order = 2 WHERE name = 'a'");
        tell("a", "pipeline.saved");

        JsonNode shown = show();

        assertThat(shown.at("/groups/0/name").asText()).isEqualTo("Apps");
        assertThat(names(shown.at("/groups/0"))).containsExactly("c");
        assertThat(names(shown.at("/groups/1"))).containsExactly("b", "a");
        assertThat(shown.at("/counts/pipelines").asInt()).isEqualTo(3);
        assertThat(shown.at("/counts/by_state/NEVER_RUN").asInt()).isEqualTo(3);
    }

    @Test
    void theNewestRunIsShownWithItsStagesAndOlderOnesThatGoOn() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit")),
                RunFixture.stage("ship", RunFixture.job("copy")),
                RunFixture.stage("check", RunFixture.job("look")));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.trigger("deploy");

        JsonNode pipeline = show().at("/groups/0/pipelines/0");

        assertThat(pipeline.at("/runs/0/stages").toString()).isEqualTo("""
                        [{"name":"build","counter":1,"state":"BUILDING"},{"name":"ship","state":"NOT_RUN"},\
                        {"name":"check","state":"NOT_RUN"}]""");
        assertThat(pipeline.at("/runs/1/counter").asInt()).isOne();
        assertThat(pipeline.path("can_trigger").asBoolean()).isFalse();
        assertThat(pipeline.path("cannot_trigger").asText()).isEqualTo("FIRST_STAGE_ACTIVE");

        runs.finish("deploy/2/build/1/unit", JobResult.PASSED);
        JsonNode later = show().at("/groups/0/pipelines/0");
        assertThat(later.path("can_trigger").asBoolean()).isTrue();
        assertThat(later.at("/runs/0/waiting/code").asText()).isEqualTo("STAGE_BUSY");
    }

    @Test
    void aPausedPipelineSaysByWhomAndWhy() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        show();
        runs.execute("UPDATE pipeline SET paused_at = now(), paused_by = 'eve', pause_reason = 'flood'");
        tell("deploy", "pipeline.paused");

        JsonNode shown = show();

        assertThat(shown.at("/groups/0/pipelines/0/paused/reason").asText()).isEqualTo("flood");
        assertThat(shown.at("/groups/0/pipelines/0/cannot_trigger").asText()).isEqualTo("PAUSED");
        assertThat(shown.at("/counts/paused").asInt()).isOne();
    }

    @Test
    void whyAPipelineDidNotStartIsShownUnlessItIsUpToDate() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        runs.execute("INSERT INTO schedule_outcome (pipeline_id, code, message)"
                + " SELECT id, 'NO_REVISION', 'No revision of x is known' FROM pipeline");
        assertThat(show().at("/groups/0/pipelines/0/waiting/code").asText()).isEqualTo("NO_REVISION");

        runs.execute("UPDATE schedule_outcome SET code = 'UP_TO_DATE'");
        tell("deploy", "pipeline.not_started");

        assertThat(show().at("/groups/0/pipelines/0").has("waiting")).isFalse();
    }

    @Test
    void aDeletedPipelineIsGone() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        assertThat(names(show().at("/groups/0"))).containsExactly("deploy");
        runs.execute("UPDATE pipeline SET deleted_at = now()");
        tell("deploy", "pipeline.deleted");

        assertThat(show().path("groups").isEmpty()).isTrue();
    }

    @Test
    void manyPipelinesOfManyGroupsPackIntoLittle() {
        database.useTransaction(tx -> {
            tx.execute("INSERT INTO resolved_definition (sha256, definition) VALUES ('x', '{\"stages\": []}')");
            tx.execute(
                    "INSERT INTO pipeline_group (name_key, name) SELECT 'g' || n, 'G' || n FROM generate_series(1, 3) n");
            tx.execute("""
                    INSERT INTO pipeline (name, name_key, group_key, version, definition_id)
                    SELECT 'p' || n, 'p' || n, 'g' || (1 + n / 150), 1, (SELECT id FROM resolved_definition)
                      FROM generate_series(0, 449) n
                    """);
        });

        Dashboard.Shown shown = dashboard.show();

        JsonNode groups = json(shown).path("groups");
        assertThat(groups)
                .hasSize(3)
                .allSatisfy(group -> assertThat(group.path("pipelines")).hasSize(150));
        assertThat(shown.json().gzip()).hasSizeLessThan(shown.json().plain().length / 4);
    }

    @Test
    void theVersionStaysWhileNothingHappensAndIsTheSameOnEveryServer() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        runs.trigger("deploy");

        String version = dashboard.show().version();

        assertThat(dashboard.version()).isEqualTo(version);
        assertThat(fresh().show().version()).isEqualTo(version);
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        assertThat(dashboard.version()).isNotEqualTo(version);
    }

    @Test
    void aTransactionThatCommitsLateIsNotMissedThoughItsEventHasASmallerId() throws Exception {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        runs.pipeline("other", RunFixture.stage("build", RunFixture.job("unit")));
        show();
        var written = new CountDownLatch(1);
        var commit = new CountDownLatch(1);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> slow = threads.submit(() -> database.useTransaction(tx -> {
                events.append(tx, "pipeline/deploy", "pipeline.paused", Map.of());
                tx.execute("UPDATE pipeline SET paused_at = now(), paused_by = 'eve' WHERE name = 'deploy'");
                written.countDown();
                await(commit);
            }));
            await(written);
            runs.trigger("other");
            String before = dashboard.show().version();
            assertThat(show().at("/counts/paused").asInt()).isZero();
            commit.countDown();
            slow.get();

            assertThat(dashboard.version()).isNotEqualTo(before);
            assertThat(show().at("/counts/paused").asInt()).isOne();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatIsKeptIsWhatAFreshLookShows() {
        for (int pipeline = 0; pipeline < 6; pipeline++) {
            runs.pipeline(
                    "p" + pipeline,
                    RunFixture.stage("build", RunFixture.job("unit")),
                    pipeline % 2 == 0
                            ? RunFixture.stage("ship", RunFixture.job("copy"))
                            : RunFixture.manual("ship", false, RunFixture.job("copy")));
        }
        for (int seed = 0; seed < 40; seed++) {
            var random = new Random(seed);
            String pipeline = "p" + random.nextInt(6);
            List<String> open = runs.list("""
                    SELECT concat_ws('/', p.name, r.counter, s.name, s.counter, j.name)
                      FROM job_run j JOIN stage_run s ON s.id = j.stage_run_id
                      JOIN pipeline_run r ON r.id = j.pipeline_run_id JOIN pipeline p ON p.id = j.pipeline_id
                     WHERE j.state = 'SCHEDULED' AND p.name = '%s' ORDER BY j.id
                    """.formatted(pipeline));
            if (open.isEmpty()) {
                runs.trigger(pipeline);
            } else {
                runs.finish(open.getFirst(), random.nextInt(4) == 0 ? JobResult.FAILED : JobResult.PASSED);
            }

            Dashboard.Shown shown = dashboard.show();

            assertThat(json(shown)).as("seed %s", seed).isEqualTo(json(fresh().show()));
            assertThat(shown.version()).as("seed %s", seed).isEqualTo(dashboard.version());
        }
    }
}
