package dev.penstock.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.run.StageGate.Before;
import dev.penstock.core.run.StageGate.Refusal;
import dev.penstock.core.run.StageGate.Situation;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StageGateTest {
    private static Situation ship(@Nullable Before before) {
        return new Situation("deploy", 42, false, false, null, null, "ship", false, before);
    }

    private static Situation onlyOnSuccess(JobResult result) {
        return new Situation("deploy", 42, false, false, null, null, "ship", true, new Before("build", result));
    }

    private static void assertRefused(Situation situation, ErrorCode code, String... words) {
        Optional<Refusal> refusal = StageGate.refusal(situation);

        assertThat(refusal).hasValueSatisfying(why -> {
            assertThat(why.code()).isEqualTo(code);
            assertThat(why.message()).contains(words);
        });
    }

    @Test
    void theFirstStageNeedsNothing() {
        assertThat(StageGate.refusal(ship(null))).isEmpty();
    }

    @Test
    void aStageNeedsTheOneBeforeToHaveRunWhateverCameOfIt() {
        assertRefused(ship(new Before("build", null)), ErrorCode.NOT_RUNNABLE, "\"build\"", "start it");
        for (JobResult result : JobResult.values()) {
            assertThat(StageGate.refusal(ship(new Before("build", result)))).isEmpty();
        }
    }

    @Test
    void allowOnlyOnSuccessNeedsTheOneBeforeToHavePassed() {
        assertThat(StageGate.refusal(onlyOnSuccess(JobResult.PASSED))).isEmpty();
        assertRefused(onlyOnSuccess(JobResult.FAILED), ErrorCode.NOT_RUNNABLE, "FAILED");
        assertRefused(onlyOnSuccess(JobResult.CANCELLED), ErrorCode.NOT_RUNNABLE, "CANCELLED");
    }

    @Test
    void whatHelpsFirstIsSaidFirst() {
        var before = new Before("build", null);

        assertRefused(
                new Situation("deploy", 42, true, true, "build", 41L, "ship", true, before),
                ErrorCode.CONFLICT,
                "deleted");
        assertRefused(
                new Situation("deploy", 42, false, true, "build", 41L, "ship", true, before),
                ErrorCode.PAUSED,
                "unpause");
        assertRefused(
                new Situation("deploy", 42, false, false, "build", 41L, "ship", true, before),
                ErrorCode.ALREADY_RUNNING,
                "\"build\"",
                "\"deploy/42\"");
        assertRefused(
                new Situation("deploy", 42, false, false, null, 41L, "ship", true, before),
                ErrorCode.ALREADY_RUNNING,
                "\"ship\"",
                "\"deploy/41\"");
    }
}
