package dev.penstock.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.run.NewRun.Cause;
import dev.penstock.core.run.NewRun.RunMaterial;
import dev.penstock.core.schedule.ManualStart.Answer;
import dev.penstock.core.schedule.Reason.Code;
import dev.penstock.core.schedule.Situation.Change;
import dev.penstock.core.schedule.Situation.Modification;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DecisionsTest {
    private final SituationBuilder at = new SituationBuilder();

    private static Code waits(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Wait.class);
        return ((Decision.Wait) decision).reason().code();
    }

    private static Code nothing(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Nothing.class);
        return ((Decision.Nothing) decision).reason().code();
    }

    private static Decision.Start starts(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Start.class);
        return (Decision.Start) decision;
    }

    @Test
    void aNewPipelineStartsAtTheNewestRevisionAlone() {
        at.material("code").newest(7, "r7", "Ada");

        var start = starts(Decisions.decide(at.build()));

        assertThat(start.materials()).containsExactly(new RunMaterial(0, 1, 7, 7, true, "r7"));
        assertThat(start.cause()).isEqualTo(new Cause(Cause.Kind.COMMIT, "changes", "modified by Ada"));
    }

    @Test
    void aNewPipelineWaitsUntilEveryMaterialIsKnown() {
        at.material("code").newest(7, "r7", "Ada");
        at.material("config");

        assertThat(waits(Decisions.decide(at.build()))).isEqualTo(Code.NO_REVISION);
    }

    @Test
    void theReasonSaysWhyAMaterialIsNotKnown() {
        at.material("code").trouble("The password was refused");

        assertThat(Decisions.decide(at.build()))
                .isEqualTo(new Decision.Wait(
                        new Reason(Code.NO_REVISION, "Material \"code\" cannot be read: The password was refused")));
    }

    @Test
    void nothingNewStartsNothing() {
        at.ran(41).material("code").newest(7, "r7", "Ada").seen(7);

        assertThat(Decisions.decide(at.build()))
                .isEqualTo(new Decision.Nothing(new Reason(Code.UP_TO_DATE, "Nothing is new since run 41")));
    }

    @Test
    void everythingSinceTheLastRunIsTheChangesOfTheNext() {
        at.ran(41).material("code").newest(9, "r9", "Bob").seen(5).firstNew(6).change(Change.SOMETHING);

        var start = starts(Decisions.decide(at.build()));

        assertThat(start.materials()).containsExactly(new RunMaterial(0, 1, 9, 6, true, "r9"));
        assertThat(start.cause().message()).isEqualTo("modified by Bob");
    }

    @Test
    void whatIsNotNewIsNotAChangeOfTheRun() {
        at.ran(41).material("config").newest(3, "c3", "Ada").seen(3);
        at.material("code").newest(9, "r9", "Bob").seen(8).firstNew(9).change(Change.SOMETHING);

        var start = starts(Decisions.decide(at.build()));

        assertThat(start.materials())
                .containsExactly(new RunMaterial(0, 1, 3, 3, false, "c3"), new RunMaterial(1, 2, 9, 9, true, "r9"));
        assertThat(start.cause().message()).isEqualTo("modified by Bob");
    }

    @Test
    void ignoredChangesStartNothing() {
        at.ran(41).material("code").newest(9, "r9", "Bob").seen(5).firstNew(6).change(Change.IGNORED);

        assertThat(nothing(Decisions.decide(at.build()))).isEqualTo(Code.ALL_IGNORED);
    }

    @Test
    void ignoredChangesAreBuiltWithWhateverStartsARun() {
        at.ran(41).material("docs").newest(9, "d9", "Bob").seen(5).firstNew(6).change(Change.IGNORED);
        at.material("code").newest(11, "r11", "Ada").seen(4).firstNew(10).change(Change.SOMETHING);

        var start = starts(Decisions.decide(at.build()));

        assertThat(start.materials().getFirst()).isEqualTo(new RunMaterial(0, 1, 9, 6, true, "d9"));
        assertThat(start.cause().message()).isEqualTo("modified by Ada");
    }

    @Test
    void aFirstStageThatPeopleStartIsNotStartedByChanges() {
        at.manual().material("code").newest(7, "r7", "Ada");

        assertThat(nothing(Decisions.decide(at.build()))).isEqualTo(Code.FIRST_STAGE_MANUAL);
    }

    @Test
    void aPausedPipelineWaitsAndSaysWhoPausedIt() {
        at.paused("alma", "holidays").material("code").newest(7, "r7", "Ada");

        var decision = Decisions.decide(at.build());

        assertThat(waits(decision)).isEqualTo(Code.PAUSED);
        assertThat(((Decision.Wait) decision).reason().message())
                .contains("alma")
                .endsWith(": holidays");
    }

    @Test
    void aPausedPipelineWithNothingNewHasNothingToWaitFor() {
        at.paused("alma", null).ran(41).material("code").newest(7, "r7", "Ada").seen(7);

        assertThat(nothing(Decisions.decide(at.build()))).isEqualTo(Code.UP_TO_DATE);
    }

    @Test
    void whileItsFirstStageIsActiveChangesWaitAndGather() {
        at.active(41)
                .ran(41)
                .material("code")
                .newest(9, "r9", "Bob")
                .seen(5)
                .firstNew(6)
                .change(Change.SOMETHING);

        assertThat(Decisions.decide(at.build()))
                .isEqualTo(new Decision.Wait(
                        new Reason(Code.FIRST_STAGE_ACTIVE, "Its first stage \"build\" is active in run 41")));
    }

    @Test
    void aMaterialThatWasAddedStartsARun() {
        at.ranFrom(41, 1).material("code").newest(7, "r7", "Ada").seen(7);
        at.material("more").newest(8, "m8", "Bob").change(Change.SOMETHING);

        var start = starts(Decisions.decide(at.build()));

        assertThat(start.materials())
                .containsExactly(new RunMaterial(0, 1, 7, 7, false, "r7"), new RunMaterial(1, 2, 8, 8, true, "m8"));
    }

    @Test
    void aMaterialThatWasRemovedStartsARun() {
        at.ranFrom(41, 1, 2).material("code").newest(7, "r7", "Ada").seen(7);

        var start = starts(Decisions.decide(at.build()));

        assertThat(start.materials()).containsExactly(new RunMaterial(0, 1, 7, 7, false, "r7"));
    }

    @Test
    void anUpstreamStageThatPassedIsTheCause() {
        at.ran(41)
                .upstream("build/test")
                .newest(9, "build/3/test/1", "changes")
                .seen(5)
                .firstNew(9)
                .change(Change.SOMETHING);

        assertThat(starts(Decisions.decide(at.build())).cause())
                .isEqualTo(new Cause(Cause.Kind.UPSTREAM, "changes", "triggered by build/3/test/1"));
    }

    @Test
    void anUpstreamStageThatNeverPassedIsWaitedFor() {
        at.upstream("build/test");

        assertThat(waits(Decisions.decide(at.build()))).isEqualTo(Code.UPSTREAM_NOT_PASSED);
    }

    @Test
    void anUpstreamThatStartsNoRunsStartsNone() {
        at.ran(41)
                .upstream("build/test")
                .newest(9, "build/3/test/1", "changes")
                .seen(5)
                .firstNew(9)
                .change(Change.SOMETHING)
                .startsNoRuns();

        assertThat(nothing(Decisions.decide(at.build()))).isEqualTo(Code.ALL_IGNORED);
    }

    @Test
    void aPersonStartsItThoughNothingIsNew() {
        at.manual().ran(41).material("code").newest(7, "r7", "Ada").seen(7);

        assertThat(ManualStart.decide(at.build(), "alma", Map.of()))
                .isEqualTo(new Answer.Start(
                        new Cause(Cause.Kind.MANUAL, "alma", "Forced by alma"),
                        java.util.List.of(new RunMaterial(0, 1, 7, 7, false, "r7"))));
    }

    @Test
    void anOlderRevisionThatAPersonChoosesIsNoChange() {
        var old = new Modification(3, "r3", "Ada");
        at.ran(41).material("code").newest(9, "r9", "Bob").seen(7).firstNew(8).change(Change.SOMETHING);
        var now = at.build();

        var answer = ManualStart.decide(
                now, "alma", Map.of(now.materials().getFirst().id(), old));

        assertThat(((Answer.Start) answer).materials()).containsExactly(new RunMaterial(0, 1, 3, 3, false, "r3"));
    }

    @Test
    void aNewRevisionThatIsNotTheNewestTakesTheChangesUpToItself() {
        var chosen = new Modification(9, "r9", "Bob");
        at.ran(41).material("code").newest(12, "r12", "Eve").seen(7).firstNew(8).change(Change.SOMETHING);
        var now = at.build();

        var answer = ManualStart.decide(
                now, "alma", Map.of(now.materials().getFirst().id(), chosen));

        assertThat(((Answer.Start) answer).materials()).containsExactly(new RunMaterial(0, 1, 9, 8, true, "r9"));
    }

    @Test
    void aPersonIsRefusedWhileItIsPaused() {
        at.paused("bruno", "holidays").material("code").newest(7, "r7", "Ada");

        var answer = (Answer.Refused) ManualStart.decide(at.build(), "alma", Map.of());

        assertThat(answer.code()).isEqualTo(ErrorCode.PAUSED);
        assertThat(answer.message()).contains("bruno", "holidays", "Unpause");
    }

    @Test
    void aPersonIsRefusedWhileTheFirstStageIsActive() {
        at.active(41).ran(41).material("code").newest(7, "r7", "Ada").seen(7);

        var answer = (Answer.Refused) ManualStart.decide(at.build(), "alma", Map.of());

        assertThat(answer.code()).isEqualTo(ErrorCode.ALREADY_RUNNING);
        assertThat(answer.message()).contains("\"build\" is active in run 41");
    }

    @Test
    void aPersonWaitsForTheFirstLookAtAMaterial() {
        at.material("code");
        var now = at.build();

        var answer = (Answer.LookFirst) ManualStart.decide(now, "alma", Map.of());

        assertThat(answer.materials())
                .containsExactly(now.materials().getFirst().id());
        assertThat(answer.message()).isEqualTo("Material \"code\" has no known revision yet");
    }

    @Test
    void aPersonIsRefusedWhileAnUpstreamStageHasNeverPassed() {
        at.upstream("build/test");

        var answer = (Answer.Refused) ManualStart.decide(at.build(), "alma", Map.of());

        assertThat(answer.code()).isEqualTo(ErrorCode.NOTHING_TO_BUILD);
    }
}
