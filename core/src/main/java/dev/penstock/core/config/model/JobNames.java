package dev.penstock.core.config.model;

import dev.penstock.core.config.model.JobDefinition.RunInstances;
import java.util.regex.Pattern;

/** The names that a job's instances have. */
final class JobNames {
    private JobNames() {}

    /** Whether a stage has a job, or instance of a job, of that name. */
    static boolean has(StageDefinition stage, String name) {
        return stage.jobs().stream().anyMatch(job -> isInstance(job, Names.key(name)));
    }

    private static boolean isInstance(JobDefinition job, String key) {
        String own = Pattern.quote(Names.key(job.name()));
        RunInstances.Kind kind = job.runInstances().kind();
        return switch (kind) {
            case ONE -> key.matches(own);
            case ALL_AGENTS -> key.matches(own + "-runonall-[1-9]\\d*");
            case COUNT -> key.matches(own + "-runinstance-[1-9]\\d*");
        };
    }
}
