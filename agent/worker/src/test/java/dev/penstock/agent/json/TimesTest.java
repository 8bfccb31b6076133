package dev.penstock.agent.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimesTest {
    private static final long FIRST = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
    private static final long AFTER_LAST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond() + 1;

    @Test
    void writesAndReadsEveryTimeAsInstantDoes() {
        var random = new Random(7);

        for (int i = 0; i < 20_000; i++) {
            int[] nanos = {
                0, 1_000_000 * random.nextInt(1000), 1000 * random.nextInt(1_000_000), random.nextInt(1 << 29)
            };
            Instant time = Instant.ofEpochSecond(random.nextLong(FIRST, AFTER_LAST), nanos[i % 4]);

            assertThat(Times.text(time)).isEqualTo(time.toString());
            assertThat(Times.instant(time.toString())).isEqualTo(time);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-25T03:37:39.5Z",
                "2026-11-25T03:37:39.12Z",
                "2026-11-25T05:37:39+02:00",
                "2024-02-29T00:00:00Z",
                "2026-06-30T24:00:00Z",
                "2016-12-31T23:59:60Z",
                "-0001-01-01T00:00:00Z",
                "+10000-01-01T00:00:00Z"
            })
    void readsWhatInstantReads(String text) {
        assertThat(Times.instant(text)).isEqualTo(Instant.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2026-11-25",
                "2026-11-25T03:37:39",
                "2026-11-25T03:37Z0000000",
                "2026-11-25 03:37:39Z",
                "2026-13-25T03:37:39Z",
                "2026-02-29T03:37:39Z",
                "2026-11-25T25:37:39Z",
                "2026-11-25T03:61:39Z",
                "2026-11-25T03:37:39.1234567890Z",
                "2026-11-25T03:37:3\u0669Z"
            })
    void refusesWhatInstantRefuses(String text) {
        assertThatThrownBy(() -> Times.instant(text)).isInstanceOf(DateTimeException.class);
    }

    @Test
    void writesYearsBeyondFourDigitsAsInstantDoes() {
        Instant early = Instant.ofEpochSecond(FIRST - 1);
        Instant late = Instant.ofEpochSecond(AFTER_LAST, 5);

        assertThat(Times.text(early)).isEqualTo(early.toString());
        assertThat(Times.text(late)).isEqualTo(late.toString());
    }
}
