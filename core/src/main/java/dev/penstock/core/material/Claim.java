package dev.penstock.core.material;

import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A material that this server is to look at.
 *
 * @param options as the definition has them, secrets as references
 * @param optionsOf the pipeline whose secrets they are
 * @param host null when it is local or not known yet
 * @param lastKnown the newest revision that is stored
 * @param claimedAt by the database's clock: what was asked for until then is answered by this look
 * @param asked whether somebody asked for it, rather than its time having come
 */
record Claim(
        MaterialId id,
        String type,
        Map<String, Object> options,
        @Nullable PipelineId optionsOf,
        String displayName,
        @Nullable String host,
        @Nullable String lastKnown,
        Instant claimedAt,
        boolean asked) {}
