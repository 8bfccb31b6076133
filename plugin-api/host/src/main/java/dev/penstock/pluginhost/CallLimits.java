package dev.penstock.pluginhost;

import java.time.Duration;

/**
 * Limits of the calls into one plugin.
 *
 * @param quickCalls how many short calls (validate, summary, display name) run at once; more wait for their turn
 * @param workCalls how many long calls (run, check, poll, checkout) run at once; more wait for their turn
 * @param quickDeadline of a short call, waiting included
 * @param failuresToOpen after so many failures in a row the plugin is left alone
 * @param openFor how long it is left alone; then one call tries whether it works again
 */
public record CallLimits(int quickCalls, int workCalls, Duration quickDeadline, int failuresToOpen, Duration openFor) {

    /**
     * Four short calls are plenty, as they do no input or output. The 64 long ones leave room for many materials whose
     * hosts answer slowly; the callers have limits of their own per host.
     */
    public static final CallLimits STANDARD = new CallLimits(4, 64, Duration.ofSeconds(10), 5, Duration.ofSeconds(60));
}
