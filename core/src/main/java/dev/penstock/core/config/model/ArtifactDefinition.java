package dev.penstock.core.config.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Files that a job publishes.
 *
 * @param source a pattern with {@code *} and {@code **}, relative to the working directory; null for external ones
 * @param destination a folder among the job's artifacts; empty for their root
 * @param id external ones only
 * @param storeId external ones only
 * @param configuration external ones only
 */
public record ArtifactDefinition(
        Kind kind,
        @Nullable String source,
        String destination,
        @Nullable String id,
        @Nullable String storeId,
        Map<String, Object> configuration) {

    public ArtifactDefinition {
        configuration = Ordered.options(configuration);
    }

    /** What the files are. */
    public enum Kind {
        BUILD,
        TEST,
        EXTERNAL
    }
}
