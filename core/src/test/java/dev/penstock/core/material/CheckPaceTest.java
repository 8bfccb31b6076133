package dev.penstock.core.material;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CheckPaceTest {
    private static final Duration INTERVAL = Duration.ofSeconds(30);

    @Test
    void aSuccessIsFollowedByTheIntervalOrALittleLess() {
        assertThat(CheckPace.afterSuccess(INTERVAL, 1)).isEqualTo(INTERVAL);
        assertThat(CheckPace.afterSuccess(INTERVAL, 0)).isEqualTo(Duration.ofSeconds(27));
    }

    @Test
    void eachFailureDoublesTheWait() {
        assertThat(CheckPace.afterFailure(INTERVAL, 1, 0.5)).isEqualTo(Duration.ofMinutes(1));
        assertThat(CheckPace.afterFailure(INTERVAL, 2, 0.5)).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void theWaitEndsAtHalfAnHourGiveOrTakeAFifth() {
        assertThat(CheckPace.afterFailure(INTERVAL, 1_000_000, 0)).isEqualTo(Duration.ofMinutes(24));
        assertThat(CheckPace.afterFailure(INTERVAL, 1_000_000, 1)).isEqualTo(Duration.ofMinutes(36));
    }

    @Test
    void aFailureNeverMakesALookComeSoonerThanASlowInterval() {
        Duration slow = Duration.ofHours(6);

        assertThat(CheckPace.afterFailure(slow, 3, 0.5)).isEqualTo(slow);
    }
}
