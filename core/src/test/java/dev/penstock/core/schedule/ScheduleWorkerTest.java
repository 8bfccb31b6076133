package dev.penstock.core.schedule;

import static dev.penstock.core.schedule.ScheduleFixture.BUILD;
import static dev.penstock.core.schedule.ScheduleFixture.named;
import static dev.penstock.core.schedule.ScheduleFixture.pipeline;
import static dev.penstock.core.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.MaterialDefinition.Filter;
import dev.penstock.core.material.MaterialFixture;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.TextRepository;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScheduleWorkerTest {
    private ScheduleFixture schedule;

    @BeforeAll
    void open(Database database, LocalSignals signals, EventStore events, @TempDir Path folder) throws IOException {
        schedule = new ScheduleFixture(database, signals, events, folder).start();
    }

    @AfterAll
    void close() {
        schedule.close();
    }

    @Test
    void aCommitStartsARunAndMoreCommitsGatherForTheNext() {
        TextRepository shop = repository("gather").commit("r1", "a");
        schedule.save("gather", shop);
        schedule.runs("gather", 1);

        shop.commit("r2", "a");
        schedule.materials.passInterval();
        schedule.outcome("gather", "FIRST_STAGE_ACTIVE");
        shop.commit("r3", "a").commit("r4", "a");
        schedule.materials.passInterval();
        eventually(() -> assertThat(schedule.materials.revisions(schedule.materials.materialOf("gather", 0)))
                .contains("r4"));
        schedule.pass("gather", 1, "build");

        assertThat(schedule.runs("gather", 2)).containsExactly("1 COMMIT changes: r1..r1", "2 COMMIT changes: r2..r4");
    }

    @Test
    void whatWasBuiltIsNotBuiltAgain() {
        TextRepository shop = repository("again").commit("r1", "a");
        PipelineId id = schedule.save("again", shop);
        schedule.runs("again", 1);
        schedule.pass("again", 1, "build");

        schedule.runs.execute("INSERT INTO schedule_request (pipeline_id) VALUES (" + id.value() + ")");
        schedule.materials.passInterval();
        schedule.worker.step();

        schedule.outcome("again", "UP_TO_DATE");
        assertThat(schedule.changes("again")).hasSize(1);
    }

    @Test
    void aRunAfterWhichNothingWaitsHasNothingLookedAt() {
        TextRepository shop = repository("quiet").commit("r1", "a");
        PipelineId id = schedule.save("quiet", shop);
        schedule.runs("quiet", 1);

        schedule.pass("quiet", 1, "build");

        assertThat(schedule.runs.list("SELECT pipeline_id FROM schedule_request WHERE pipeline_id = " + id.value()))
                .isEmpty();
        assertThat(schedule.runs.list("SELECT code FROM schedule_outcome WHERE pipeline_id = " + id.value()))
                .isEmpty();
    }

    @Test
    void ignoredChangesStartNothingAndAreBuiltWithTheNextThatCounts() {
        TextRepository shop = repository("ignored").commit("r1", "src/A.java");
        var noDocs = new Filter(List.of("docs/**/*"), false);
        schedule.materials.save(pipeline("ignored", List.of(named("code", shop, noDocs)), BUILD));
        schedule.runs("ignored", 1);
        schedule.pass("ignored", 1, "build");

        shop.commit("r2", "docs/a.txt");
        schedule.materials.passInterval();
        schedule.outcome("ignored", "ALL_IGNORED");
        shop.commit("r3", "docs/b.txt").commit("r4", "docs/c.txt", "src/B.java");
        schedule.materials.passInterval();

        assertThat(schedule.runs("ignored", 2).getLast()).isEqualTo("2 COMMIT changes: r2..r4");
    }

    @Test
    void anotherFilterIsAskedAboutWhatTheOldOneIgnored() {
        TextRepository shop = repository("refiltered").commit("r1", "src/A.java");
        var noDocs = new Filter(List.of("docs/**/*"), false);
        schedule.materials.save(pipeline("refiltered", List.of(named("code", shop, noDocs)), BUILD));
        schedule.runs("refiltered", 1);
        schedule.pass("refiltered", 1, "build");
        shop.commit("r2", "docs/a.txt");
        schedule.materials.passInterval();
        schedule.outcome("refiltered", "ALL_IGNORED");

        schedule.materials.save(pipeline("refiltered", List.of(named("code", shop, Filter.NONE)), BUILD));

        assertThat(schedule.runs("refiltered", 2).getLast()).isEqualTo("2 COMMIT changes: r2..r2");
    }

    @Test
    void aRunHasEveryMaterialAndMarksWhatIsNew() {
        TextRepository code = repository("two-code").commit("r1", "a");
        TextRepository more = repository("two-more").commit("m1", "a");
        schedule.materials.save(
                pipeline("two", List.of(named("code", code, Filter.NONE), named("more", more, Filter.NONE)), BUILD));
        schedule.runs("two", 1);
        schedule.pass("two", 1, "build");

        more.commit("m2", "a");
        schedule.materials.passInterval();

        assertThat(schedule.runs("two", 2).getLast()).isEqualTo("2 COMMIT changes: r1..r1* m2..m2");
    }

    @Test
    void aPipelineWhoseFirstStagePeopleStartWaitsForThem() {
        TextRepository shop = repository("by-hand").commit("r1", "a");
        var manual = RunFixture.manual("build", false, RunFixture.job("compile"));

        schedule.materials.save(pipeline("by-hand", List.of(MaterialFixture.material(shop)), manual));

        schedule.outcome("by-hand", "FIRST_STAGE_MANUAL");
        assertThat(schedule.changes("by-hand")).isEmpty();
    }

    @Test
    void changesThatComeWhileItIsPausedAreBuiltWhenItIsNot() {
        TextRepository shop = repository("paused").commit("r1", "a");
        schedule.save("paused", shop);
        schedule.runs("paused", 1);
        schedule.pass("paused", 1, "build");
        schedule.pauses.pause("paused", "holidays", "alma");
        shop.commit("r2", "a").commit("r3", "a");
        schedule.materials.passInterval();
        schedule.outcome("paused", "PAUSED");

        schedule.pauses.unpause("PAUSED", "alma");

        assertThat(schedule.runs("paused", 2).getLast()).isEqualTo("2 COMMIT changes: r2..r3");
    }

    @Test
    void aStageThatNeedsAllAgentsOfWhichThereAreNoneIsTriedAgainLater() {
        TextRepository shop = repository("no-agent").commit("r1", "a");
        var everywhere =
                RunFixture.job("compile", new RunInstances(RunInstances.Kind.ALL_AGENTS, 1), OnAgentLoss.RERUN);
        schedule.runs.hosts.clear();

        schedule.materials.save(
                pipeline("no-agent", List.of(MaterialFixture.material(shop)), RunFixture.stage("build", everywhere)));

        schedule.outcome("no-agent", "NO_MATCHING_AGENT");
        assertThat(schedule.runs.list("SELECT requested_at > now() + interval '10 s' FROM schedule_request q"
                        + " JOIN pipeline p ON p.id = q.pipeline_id WHERE p.name = 'no-agent'"))
                .containsExactly("t");
    }

    @Test
    void aPipelineThatCannotBeLookedAtKeepsNoOtherWaiting() {
        TextRepository shop = repository("poisoned").commit("r1", "a");
        PipelineId poisoned = schedule.save("poisoned", shop);
        schedule.runs("poisoned", 1);

        schedule.runs.execute("INSERT INTO pipeline_material (pipeline_id, position, material_id)"
                + " SELECT pipeline_id, 99, material_id FROM pipeline_material WHERE pipeline_id = "
                + poisoned.value());
        schedule.runs.execute("INSERT INTO schedule_request (pipeline_id) VALUES (" + poisoned.value() + ")");
        schedule.save("healthy", repository("healthy").commit("h1", "a"));

        assertThat(schedule.runs("healthy", 1)).containsExactly("1 COMMIT changes: h1..h1");
        schedule.outcome("poisoned", "INTERNAL");
    }

    @Test
    void aStageThatPassesStartsThePipelineThatNamesIt() {
        TextRepository shop = repository("upstream").commit("r1", "a");
        var upstream = new MaterialDefinition(
                null, "pipeline", Map.of("pipeline", "Upstream", "stage", "Build"), "", true, Filter.NONE);
        schedule.materials.save(pipeline("downstream", List.of(upstream), BUILD));
        schedule.outcome("downstream", "UPSTREAM_NOT_PASSED");
        schedule.save("upstream", shop);
        schedule.runs("upstream", 1);

        schedule.pass("upstream", 1, "build");

        assertThat(schedule.runs("downstream", 1))
                .containsExactly("1 UPSTREAM changes: upstream/1/build/1..upstream/1/build/1");
    }

    private TextRepository repository(String name) {
        return schedule.materials.repository(name);
    }
}
