package dev.penstock.core.config;

import dev.penstock.core.config.model.TypeCatalog;
import dev.penstock.core.config.parse.DefinitionParser;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.secret.SecretStore;
import java.util.List;

/**
 * The parts of this feature that others use.
 *
 * @param pipelines the only way to change a definition
 * @param texts checks texts without saving them
 */
public record ConfigFeature(Pipelines pipelines, DefinitionTexts texts, PipelineArchive archive) {

    /**
     * What the feature needs from others.
     *
     * @param definitions shared with those that read definitions
     * @param types those of the plugins; the built-in ones are added
     * @param listeners told in this order
     */
    public record Needs(
            Database database,
            Definitions definitions,
            SecretStore secrets,
            TypeCatalog types,
            EventStore events,
            List<DefinitionListener> listeners) {
        public Needs {
            listeners = List.copyOf(listeners);
        }
    }

    public static ConfigFeature create(Needs needs) {
        var check = new ReferenceCheck(needs.definitions(), needs.secrets());
        var texts = new DefinitionTexts(needs.database(), new DefinitionParser(needs.types()), check);
        var pipelines = new Pipelines(
                needs.database(),
                needs.definitions(),
                texts,
                check,
                needs.secrets(),
                needs.events(),
                needs.listeners());
        return new ConfigFeature(pipelines, texts, new PipelineArchive(needs.database(), needs.definitions()));
    }

    /** The nouns of the API. */
    public List<Resource> resources() {
        return List.of(new PipelineResource(pipelines, archive), new VersionResource(pipelines, archive, texts));
    }

    /** None: definitions change only when somebody changes them. */
    public List<Worker> workers() {
        return List.of();
    }
}
