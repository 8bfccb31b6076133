package dev.penstock.pluginhost;

import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Stops calls to what failed several times in a row, and lets one through after a while. Thread-safe by its monitor. */
final class CircuitBreaker {
    private final CallLimits limits;
    private final InstantSource clock;
    private int failures;
    private @Nullable Instant openUntil;
    private boolean trying;

    CircuitBreaker(CallLimits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
    }

    /** Whether a call may go on; while half open only one may, until it has ended. */
    synchronized boolean admits() {
        if (openUntil == null) {
            return true;
        }
        if (trying || clock.instant().isBefore(openUntil)) {
            return false;
        }
        trying = true;
        return true;
    }

    synchronized void succeeded() {
        failures = 0;
        openUntil = null;
        trying = false;
    }

    synchronized void failed() {
        failures++;
        if (trying || failures >= limits.failuresToOpen()) {
            openUntil = clock.instant().plus(limits.openFor());
        }
        trying = false;
    }

    /** A call that was admitted says nothing about the plugin, such as one that its caller cancelled. */
    synchronized void abandoned() {
        trying = false;
    }

    synchronized boolean isOpen() {
        return openUntil != null;
    }

    /** Whether the last call that said something about the plugin failed. */
    synchronized boolean hasFailed() {
        return failures > 0;
    }
}
