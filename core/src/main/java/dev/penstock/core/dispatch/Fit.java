package dev.penstock.core.dispatch;

/** Whether an agent can run a job, and if not, the first reason: what would have to change most comes first. Pure. */
enum Fit {
    YES,
    /** The job is for another agent. */
    OTHER_AGENT,
    MISSES_RESOURCES,
    OTHER_ENVIRONMENT,
    NOT_ENABLED,
    SILENT,
    LOW_DISK;

    static Fit of(WaitingJob job, Offer offer) {
        if (job.pinnedTo() == null) {
            if (!offer.resources().containsAll(job.requires())) {
                return MISSES_RESOURCES;
            }
            boolean sameEnvironment = job.environment() == null
                    ? offer.environments().isEmpty()
                    : offer.environments().contains(job.environment());
            if (!sameEnvironment) {
                return OTHER_ENVIRONMENT;
            }
        } else if (!job.pinnedTo().equals(offer.agent())) {
            return OTHER_AGENT;
        }
        if (!offer.enabled()) {
            return NOT_ENABLED;
        }
        if (!offer.live()) {
            return SILENT;
        }
        return offer.lowDisk() ? LOW_DISK : YES;
    }

    /** Whether the agent is one that the job is for, whatever its condition at the moment. */
    boolean isMeant() {
        return switch (this) {
            case YES, NOT_ENABLED, SILENT, LOW_DISK -> true;
            case OTHER_AGENT, MISSES_RESOURCES, OTHER_ENVIRONMENT -> false;
        };
    }
}
