package dev.penstock.pluginhost;

import java.time.Duration;

/** The running sums behind a {@link CallTiming}. Thread-safe by its monitor. */
final class TimingCount {
    private long calls;
    private long failures;
    private long nanos;
    private long longest;

    synchronized void add(long took, boolean failed) {
        calls++;
        failures += failed ? 1 : 0;
        nanos += took;
        longest = Math.max(longest, took);
    }

    synchronized CallTiming seen(String call) {
        return new CallTiming(call, calls, failures, Duration.ofNanos(nanos), Duration.ofNanos(longest));
    }
}
