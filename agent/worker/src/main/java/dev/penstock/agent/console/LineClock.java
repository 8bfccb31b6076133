package dev.penstock.agent.console;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.Arrays;

/** Times as the console's lines begin with them: 24 bytes, which never decrease. Used under its owner's lock. */
final class LineClock {
    static final int BYTES = 24;

    private static final long DAY_MILLIS = 86_400_000L;

    private final InstantSource clock;
    private final byte[] text = "0000-00-00T00:00:00.000Z".getBytes(StandardCharsets.US_ASCII);
    private long shown = Long.MIN_VALUE;
    private long shownDay = Long.MIN_VALUE;

    LineClock(InstantSource clock) {
        this.clock = clock;
    }

    long now() {
        return clock.millis();
    }

    /** That time, or the last one given when that was later. The array changes with the next call. */
    byte[] stamp(long millis) {
        if (millis > shown) {
            shown = millis;
            long day = Math.floorDiv(millis, DAY_MILLIS);
            if (day != shownDay) {
                shownDay = day;
                LocalDate date = LocalDate.ofEpochDay(day);
                digits(0, 4, date.getYear());
                digits(5, 2, date.getMonthValue());
                digits(8, 2, date.getDayOfMonth());
            }
            int ofDay = (int) Math.floorMod(millis, DAY_MILLIS);
            digits(11, 2, ofDay / 3_600_000);
            digits(14, 2, ofDay / 60_000 % 60);
            digits(17, 2, ofDay / 1000 % 60);
            digits(20, 3, ofDay % 1000);
        }
        return text;
    }

    byte[] copyOfNow() {
        return Arrays.copyOf(stamp(now()), BYTES);
    }

    private void digits(int at, int count, int number) {
        int left = number;
        for (int i = at + count - 1; i >= at; i--) {
            text[i] = (byte) ('0' + left % 10);
            left /= 10;
        }
    }
}
