package dev.penstock.core.insight;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.penstock.core.platform.ids.DefinitionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a job stands, and what it is made of.
 *
 * @param overrides of the run, as JSON
 */
record JobPlace(
        @JsonIgnore DefinitionId definition,
        @JsonIgnore String overrides,
        String pipeline,
        long run,
        String label,
        String stage,
        int stageCounter,
        String kind,
        int runIndex,
        int runCount,
        List<String> resources,
        @Nullable String environment,
        int priority,
        String onAgentLoss,
        int maxReruns,
        int queueTimeoutSeconds) {}
