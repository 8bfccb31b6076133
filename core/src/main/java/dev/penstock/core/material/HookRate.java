package dev.penstock.core.material;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** How many deliveries a hook may make in a minute. Thread-safe: one lock, held for a map access only. */
final class HookRate {
    private static final int PER_MINUTE = 60;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final InstantSource clock;
    private final Map<UUID, Window> windows = new HashMap<>();

    HookRate(InstantSource clock) {
        this.clock = clock;
    }

    private record Window(Instant since, int count) {}

    /** Counts a delivery that has proved itself; false when there were too many. Only hooks that exist have an entry. */
    boolean admits(UUID hook) {
        Instant now = clock.instant();
        synchronized (windows) {
            Window before = windows.get(hook);
            Window window = before == null || !now.isBefore(before.since().plus(MINUTE))
                    ? new Window(now, 1)
                    : new Window(before.since(), before.count() + 1);
            windows.put(hook, window);
            return window.count() <= PER_MINUTE;
        }
    }

    void forget(UUID hook) {
        synchronized (windows) {
            windows.remove(hook);
        }
    }
}
