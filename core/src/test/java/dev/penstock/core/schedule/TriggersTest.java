package dev.penstock.core.schedule;

import static dev.penstock.core.schedule.ScheduleFixture.BUILD;
import static dev.penstock.core.schedule.ScheduleFixture.pipeline;
import static dev.penstock.core.schedule.ScheduleFixture.withVariables;
import static dev.penstock.core.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.config.model.MaterialDefinition.Filter;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.material.MaterialFixture;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.schedule.TriggerStore.Run;
import dev.penstock.core.schedule.TriggerStore.State;
import dev.penstock.core.schedule.TriggerStore.Trigger;
import dev.penstock.core.schedule.TriggerWish.MaterialWish;
import dev.penstock.core.schedule.TriggerWish.VariableWish;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.TextRepository;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TriggersTest {
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
    void aPlainTriggerIsARunInOneTransaction() {
        built("plain", repository("plain").commit("r1", "a"));

        Trigger trigger = schedule.triggers.trigger("PLAIN", TriggerWish.PLAIN, "alma");

        assertThat(trigger.state()).isEqualTo(State.STARTED);
        assertThat(run(trigger).counter()).isEqualTo(2);
        assertThat(schedule.changes("plain").getLast()).isEqualTo("2 MANUAL alma: r1..r1*");
        assertThat(xids(trigger)).as("of trigger, run, job and event").hasSize(1);
        assertThat(schedule.triggers.show(trigger.id())).isEqualTo(trigger);
    }

    @Test
    void aChosenRevisionIsBuiltByItsBeginning() {
        TextRepository shop = repository("chosen").commit("abc1", "a");
        PipelineId id = built("chosen", shop);
        shop.commit("def2", "a");
        schedule.materials.passInterval();
        schedule.runs("chosen", 2);
        schedule.pass("chosen", 2, "build");

        schedule.triggers.trigger("chosen", wish(material(id), "abc"), "alma");
        schedule.pass("chosen", 3, "build");

        schedule.outcome("chosen", "UP_TO_DATE");
        assertThat(schedule.changes("chosen"))
                .containsExactly(
                        "1 COMMIT changes: abc1..abc1", "2 COMMIT changes: def2..def2", "3 MANUAL alma: abc1..abc1*");
    }

    @Test
    void newerChangesThanTheChosenRevisionAreBuiltAfterIt() {
        TextRepository shop = repository("newer").commit("r1", "a");
        PipelineId id = built("newer", shop);
        schedule.pauses.pause("newer", null, "alma");
        shop.commit("r2", "a").commit("r3", "a");
        schedule.materials.passInterval();
        schedule.outcome("newer", "PAUSED");
        schedule.runs.execute("UPDATE pipeline SET paused_at = NULL, paused_by = NULL WHERE id = " + id.value());

        schedule.triggers.trigger("newer", wish(material(id), "r2"), "alma");
        schedule.pass("newer", 2, "build");

        assertThat(schedule.runs("newer", 3))
                .containsExactly("1 COMMIT changes: r1..r1", "2 MANUAL alma: r2..r2", "3 COMMIT changes: r3..r3");
    }

    @Test
    void aBeginningThatSeveralRevisionsHaveIsRefused() {
        TextRepository shop = repository("ambiguous").commit("abc1", "a");
        PipelineId id = built("ambiguous", shop);
        shop.commit("abd2", "a");
        schedule.materials.passInterval();
        schedule.runs("ambiguous", 2);
        schedule.pass("ambiguous", 2, "build");

        assertThatThrownBy(() -> schedule.triggers.trigger("ambiguous", wish(material(id), "ab"), "alma"))
                .isInstanceOf(PenstockException.class)
                .hasMessageContaining("Several revisions")
                .hasMessageContaining("\"ab\"");
    }

    @Test
    void aRevisionThatIsNotKnownYetIsLookedFor() {
        TextRepository shop = repository("pushed").commit("r1", "a");
        PipelineId id = built("pushed", shop);
        shop.commit("r2", "a");

        Trigger trigger = schedule.triggers.trigger("pushed", wish(material(id), "r2"), "alma");

        assertThat(trigger.state()).isEqualTo(State.WAITING);
        eventually(
                () -> assertThat(schedule.triggers.show(trigger.id()).state()).isEqualTo(State.STARTED));
        assertThat(schedule.changes("pushed").getLast()).isEqualTo("2 MANUAL alma: r2..r2");
    }

    @Test
    void aRevisionThatDoesNotExistIsRefusedAfterTheLook() {
        PipelineId id = built("typo", repository("typo").commit("r1", "a"));

        Trigger trigger = schedule.triggers.trigger("typo", wish(material(id), "r99"), "alma");

        eventually(() -> assertThat(schedule.triggers.show(trigger.id()).code()).isEqualTo("INVALID"));
        assertThat(schedule.triggers.show(trigger.id()).message()).contains("\"r99\"");
    }

    @Test
    void withUpdateBeforeTheNewestCommitIsBuilt() {
        TextRepository shop = repository("update").commit("r1", "a");
        built("update", shop);
        shop.commit("r2", "a");

        Trigger trigger = schedule.triggers.trigger("update", new TriggerWish(null, null, "hotfix", true), "alma");

        eventually(
                () -> assertThat(schedule.triggers.show(trigger.id()).state()).isEqualTo(State.STARTED));
        assertThat(schedule.changes("update").getLast()).isEqualTo("2 MANUAL alma: r2..r2");
        assertThat(schedule.runs.list("SELECT comment FROM pipeline_run WHERE id = "
                        + run(schedule.triggers.show(trigger.id())).id().value()))
                .containsExactly("hotfix");
    }

    @Test
    void aMaterialThatCannotBeReadRefusesWhatWaitsForIt() {
        TextRepository shop = repository("unreadable").commit("r1", "a");
        built("unreadable", shop);
        shop.fail("AUTHENTICATION", "The password was refused");

        Trigger trigger = schedule.triggers.trigger("unreadable", new TriggerWish(null, null, null, true), "alma");

        eventually(() -> assertThat(schedule.triggers.show(trigger.id()).code()).isEqualTo("CONNECTION_FAILED"));
        assertThat(schedule.triggers.show(trigger.id()).message()).contains("The password was refused");
    }

    @Test
    void aTriggerBeforeTheFirstLookWaitsForItAndSaysSo() {
        TextRepository shop = repository("early").hang().commit("r1", "a");
        schedule.materials.save(pipeline(
                "early",
                List.of(MaterialFixture.material(shop)),
                RunFixture.manual("build", false, RunFixture.job("compile"))));

        Trigger trigger = schedule.triggers.trigger("early", TriggerWish.PLAIN, "alma");
        shop.recover();

        assertThat(trigger.state()).isEqualTo(State.WAITING);
        assertThat(trigger.message()).contains("has no known revision yet");
        assertThat(schedule.runs("early", 1)).containsExactly("1 MANUAL alma: r1..r1");
    }

    @Test
    void aMaterialThatNobodyPollsIsLookedAtFirst() {
        TextRepository shop = repository("unpolled").commit("r1", "a");
        schedule.materials.save(pipeline("unpolled", List.of(MaterialFixture.material(shop, Map.of(), false)), BUILD));

        Trigger trigger = schedule.triggers.trigger("unpolled", TriggerWish.PLAIN, "alma");

        assertThat(trigger.state()).isEqualTo(State.WAITING);
        assertThat(schedule.runs("unpolled", 1)).containsExactly("1 MANUAL alma: r1..r1");
    }

    @Test
    void oneWaitsAtATime() {
        TextRepository shop = repository("impatient").commit("r1", "a");
        built("impatient", shop);
        shop.hang();
        schedule.triggers.trigger("impatient", new TriggerWish(null, null, null, true), "alma");

        assertRefused("impatient", ErrorCode.ALREADY_RUNNING, "is waiting");
        shop.recover();
    }

    @Test
    void isRefusedWhileTheFirstStageIsActive() {
        schedule.save("active", repository("active").commit("r1", "a"));
        schedule.runs("active", 1);

        assertRefused("active", ErrorCode.ALREADY_RUNNING, "active in run 1");
        assertThat(schedule.changes("active")).hasSize(1);
    }

    @Test
    void isRefusedWhileThePipelineIsPaused() {
        built("held", repository("held").commit("r1", "a"));
        schedule.pauses.pause("held", "audit", "bruno");

        assertRefused("held", ErrorCode.PAUSED, "audit");
    }

    @Test
    void isRefusedForAPipelineThatIsNotThere() {
        assertRefused("nowhere", ErrorCode.NOT_FOUND, "\"nowhere\"");
    }

    @Test
    void variablesAreGivenToThoseThatAreDeclaredAndSecureOnesStaySo() {
        TextRepository shop = repository("variables").commit("r1", "a");
        PipelineId id = schedule.save("variables", shop);
        schedule.runs("variables", 1);
        schedule.pass("variables", 1, "build");
        SecretRef ref = schedule.materials.secret(id, "old");
        schedule.materials.save(withVariables(
                pipeline("variables", List.of(MaterialFixture.material(shop)), BUILD),
                new Variable("PLAIN", "old", null),
                new Variable("TOKEN", null, ref)));

        Trigger trigger = schedule.triggers.trigger(
                "variables",
                new TriggerWish(
                        null,
                        List.of(new VariableWish("PLAIN", "new", null), new VariableWish("TOKEN", "hidden", null)),
                        null,
                        null),
                "alma");

        String stored = schedule.runs
                .list("SELECT overrides FROM pipeline_run WHERE id = "
                        + run(trigger).id().value())
                .getFirst();
        assertThat(stored).contains("\"new\"").contains("secret_ref").doesNotContain("hidden");
        assertThat(schedule.runs.list("SELECT body::text || (SELECT string_agg(detail::text, '') FROM audit)"
                        + " FROM trigger_request WHERE id = '" + trigger.id() + "'"))
                .noneMatch(text -> text.contains("hidden"));
    }

    @Test
    void allMistakesOfAWishAreToldAtOnce() {
        built("mistakes", repository("mistakes").commit("r1", "a"));
        var wish = new TriggerWish(
                List.of(new MaterialWish("nothing", "r1"), new MaterialWish(null, "r1")),
                List.of(new VariableWish("UNDECLARED", "x", null)),
                null,
                null);

        assertThatThrownBy(() -> schedule.triggers.trigger("mistakes", wish, "alma"))
                .isInstanceOfSatisfying(
                        PenstockException.class,
                        e -> assertThat(e.violations())
                                .extracting(Violation::pointer)
                                .containsExactly(
                                        "/materials/0/material", "/materials/1/material", "/variables/0/name"));
    }

    @Test
    void aMaterialIsNamedByItsNameDestinationFingerprintOrId() {
        TextRepository shop = repository("named").commit("r1", "a");
        PipelineId id = schedule.materials.save(
                pipeline("named", List.of(ScheduleFixture.named("Code", shop, Filter.NONE)), BUILD));
        schedule.runs("named", 1);
        String fingerprint = schedule.runs
                .list("SELECT fingerprint FROM material WHERE id = " + material(id))
                .getFirst();

        for (String name : List.of("code", fingerprint, material(id))) {
            schedule.pass("named", schedule.changes("named").size(), "build");
            assertThat(schedule.triggers
                            .trigger("named", wish(name, "r1"), "alma")
                            .state())
                    .as(name)
                    .isEqualTo(State.STARTED);
        }
    }

    private void assertRefused(String pipeline, ErrorCode code, String words) {
        assertThatThrownBy(() -> schedule.triggers.trigger(pipeline, TriggerWish.PLAIN, "alma"))
                .isInstanceOfSatisfying(
                        PenstockException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    private static TriggerWish wish(String material, String revision) {
        return new TriggerWish(List.of(new MaterialWish(material, revision)), null, null, null);
    }

    private String material(PipelineId pipeline) {
        return schedule.runs
                .list("SELECT material_id FROM pipeline_material WHERE pipeline_id = " + pipeline.value())
                .getFirst();
    }

    /** Saves a pipeline and lets its first run pass. */
    private PipelineId built(String name, TextRepository repository) {
        PipelineId id = schedule.save(name, repository);
        schedule.runs(name, 1);
        schedule.pass(name, 1, "build");
        return id;
    }

    private TextRepository repository(String name) {
        return schedule.materials.repository(name);
    }

    private static Run run(Trigger trigger) {
        return Objects.requireNonNull(trigger.run());
    }

    private List<String> xids(Trigger trigger) {
        long run = run(trigger).id().value();
        return schedule.runs.list("SELECT xmin FROM trigger_request WHERE id = '" + trigger.id() + "'"
                + " UNION SELECT xmin FROM pipeline_run WHERE id = " + run
                + " UNION SELECT xmin FROM job_run WHERE pipeline_run_id = " + run
                + " UNION SELECT xmin FROM event WHERE subject = 'run/plain/2'");
    }
}
