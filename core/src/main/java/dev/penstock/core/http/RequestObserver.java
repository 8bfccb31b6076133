package dev.penstock.core.http;

import java.time.Duration;

/** Hears of each request when it is answered. Thread-safe, and returns at once. */
@FunctionalInterface
public interface RequestObserver {

    /**
     * A request was answered.
     *
     * @param route the path with parameters in braces; {@code none} when no route matched
     */
    void answered(String method, String route, int status, Duration took);
}
