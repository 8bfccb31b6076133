package dev.penstock.core.config;

import dev.penstock.core.platform.ids.PipelineId;
import org.jdbi.v3.core.Handle;

/**
 * Told about changes of definitions, in the transaction of the change: what it throws undoes the change, and a dry run is
 * rolled back afterwards. No network, file or plugin call.
 */
public interface DefinitionListener {

    /** A pipeline was made, changed, or made again after it was deleted. */
    void saved(Handle tx, CurrentDefinition definition);

    /** A pipeline was deleted; its history stays. */
    void deleted(Handle tx, PipelineId id);
}
