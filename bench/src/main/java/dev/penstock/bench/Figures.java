package dev.penstock.bench;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Durations of one kind. */
final class Figures {
    private final long[] sortedNanos;

    private Figures(long[] sortedNanos) {
        this.sortedNanos = sortedNanos;
    }

    static Figures of(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Figures(sorted);
    }

    /** The nearest-rank percentile, in milliseconds. */
    double percentileMillis(double percent) {
        if (sortedNanos.length == 0) {
            throw new IllegalStateException("Nothing was measured");
        }
        int rank = (int) Math.ceil(percent / 100 * sortedNanos.length);
        return sortedNanos[Math.max(0, rank - 1)] / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    double medianMillis() {
        return percentileMillis(50);
    }
}
