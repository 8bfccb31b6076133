package dev.penstock.core.http;

import java.time.Duration;

/**
 * What one client may take.
 *
 * @param connections five thousand agents with a poll and a report each, their uploads, and people
 * @param idle how long a connection may be silent while a request or its answer is under way, or between two requests; a
 *     parked poll or stream is not silent
 * @param bodyGrace how long a body may trickle
 */
record HttpLimits(int connections, Duration idle, Duration bodyGrace) {
    static final HttpLimits STANDARD = new HttpLimits(12_000, Duration.ofSeconds(30), Duration.ofSeconds(5));
}
