package dev.penstock.core.dispatch;

import dev.penstock.core.platform.ids.AgentId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Why a job waits, in one sentence. Pure.
 *
 * @param agents how many agents the job is for, in whatever condition they are
 * @param ready an agent that could take it is idle: it should be gone in a moment
 */
record WaitReason(String text, int agents, boolean ready) {
    /** More names in one sentence are not read. */
    private static final int MAX_NAMES = 5;

    /**
     * @param pinnedName the host name of the agent that the job is pinned to
     * @param all every agent that is not deleted
     * @param busy those that have a job
     */
    static WaitReason of(WaitingJob job, String pinnedName, Collection<Offer> all, Set<AgentId> busy) {
        List<Offer> meant =
                all.stream().filter(offer -> Fit.of(job, offer).isMeant()).toList();
        if (meant.isEmpty()) {
            return new WaitReason(nobody(job, pinnedName, all), 0, false);
        }
        List<Offer> able = with(job, meant, Fit.YES);
        boolean idle = able.stream().anyMatch(offer -> !busy.contains(offer.agent()));
        return new WaitReason(somebody(job, meant, able, idle), meant.size(), idle);
    }

    private static String nobody(WaitingJob job, String pinnedName, Collection<Offer> all) {
        if (job.pinnedTo() != null) {
            return "Agent \"" + pinnedName + "\", which alone may run it, was deleted";
        }
        if (all.isEmpty()) {
            return "No agent is registered";
        }
        List<String> unknown = job.requires().stream()
                .filter(resource ->
                        all.stream().noneMatch(offer -> offer.resources().contains(resource)))
                .sorted()
                .toList();
        if (!unknown.isEmpty()) {
            return "No agent has the resource " + quoted(unknown);
        }
        if (with(job, all, Fit.OTHER_ENVIRONMENT).isEmpty()) {
            return "No agent has all of the resources "
                    + quoted(job.requires().stream().sorted().toList());
        }
        return job.environment() == null
                ? "Agents that fit belong to environments, and its pipeline is in none"
                : "No agent of environment \"" + job.environment() + "\" fits";
    }

    private static String somebody(WaitingJob job, List<Offer> meant, List<Offer> able, boolean idle) {
        if (idle) {
            return "An agent is about to take it";
        }
        String only = job.pinnedTo() == null ? "" : ", which alone may run it,";
        if (!able.isEmpty()) {
            return meant.size() == 1
                    ? "Agent " + names(able) + only + " is busy"
                    : able.size() == meant.size()
                            ? "All " + able.size() + " matching agents are busy"
                            : "The " + able.size() + " matching agents that work are busy";
        }
        List<String> reasons = new ArrayList<>();
        add(reasons, with(job, meant, Fit.LOW_DISK), only, "low on disk space");
        add(reasons, with(job, meant, Fit.SILENT), only, "offline");
        add(reasons, with(job, meant, Fit.NOT_ENABLED), only, "not enabled");
        return String.join("; ", reasons);
    }

    private static void add(List<String> reasons, List<Offer> offers, String only, String what) {
        if (!offers.isEmpty()) {
            reasons.add(
                    offers.size() == 1
                            ? "Agent " + names(offers) + only + " is " + what
                            : "Agents " + names(offers) + " are " + what);
        }
    }

    private static List<Offer> with(WaitingJob job, Collection<Offer> offers, Fit fit) {
        return offers.stream().filter(offer -> Fit.of(job, offer) == fit).toList();
    }

    private static String names(List<Offer> offers) {
        String more = offers.size() > MAX_NAMES ? " and " + (offers.size() - MAX_NAMES) + " more" : "";
        return quoted(offers.stream().limit(MAX_NAMES).map(Offer::name).toList()) + more;
    }

    private static String quoted(List<String> words) {
        return words.stream().map(word -> "\"" + word + "\"").collect(Collectors.joining(", "));
    }
}
