package dev.penstock.core.config;

import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.ids.PipelineId;

/**
 * The newest definition of a pipeline that is not deleted.
 *
 * @param version from 1, one more with each save
 * @param definitionId of the resolved definition, which runs keep
 * @param definition resolved: parameters are replaced and options have the types that they are described with
 */
public record CurrentDefinition(PipelineId id, int version, DefinitionId definitionId, PipelineDefinition definition) {

    /** The name as it was written. */
    public String name() {
        return definition.name();
    }
}
