package dev.penstock.core.config.parse;

import dev.penstock.core.config.model.BuiltInTypes;
import dev.penstock.core.config.model.DefinitionRules;
import dev.penstock.core.config.model.Names;
import dev.penstock.core.config.model.Parameters;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.Rewriting;
import dev.penstock.core.config.model.TypeCatalog;
import dev.penstock.core.config.model.TypedOptions;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.plugin.Secret;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads definitions and checks what one definition can be checked for by itself. Thread-safe. */
public final class DefinitionParser {
    private static final int SHORTEST_SECRET = 4;
    private static final int SHORT_SECRET = 8;

    private final TypeCatalog catalog;

    /** Takes the types that plugins offer; the built-in ones are added. */
    public DefinitionParser(TypeCatalog plugins) {
        this.catalog = new BuiltInTypes(plugins);
    }

    /** One pipeline in our JSON form. */
    public Parsed json(String text) {
        var reading = new Reading();
        Optional<Doc> doc = JsonText.read(text, reading);
        return finish(reading, doc.stream().toList());
    }

    /** Any number of pipelines in GoCD's YAML form. */
    public Parsed yaml(String text) {
        var reading = new Reading();
        Optional<Doc> doc = YamlText.read(text, reading);
        return finish(reading, doc.isEmpty() ? List.of() : GocdYaml.pipelines(doc.get(), reading));
    }

    private Parsed finish(Reading reading, List<Doc> pipelines) {
        List<Parsed.Document> documents = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Doc pipeline : pipelines) {
            Parsed.Document document = document(pipeline, reading);
            documents.add(document);
            if (!names.add(Names.key(document.written().name()))) {
                reading.wrong(
                        nameOf(pipeline),
                        "duplicate_name",
                        "There is another pipeline \"" + document.written().name() + "\" in this file");
            }
        }
        return reading.violations().isEmpty()
                ? new Parsed.Ok(documents, reading.notes())
                : new Parsed.Broken(documents, reading.violations());
    }

    private static Doc.Place nameOf(Doc pipeline) {
        Doc.Entry name =
                pipeline instanceof Doc.Mapping mapping ? mapping.entries().get("name") : null;
        return name == null ? pipeline.place() : name.value().place();
    }

    private Parsed.Document document(Doc doc, Reading reading) {
        PipelineDefinition read = PipelineReader.read(doc, reading);
        PipelineDefinition written = new TypedOptions(catalog, reading::keep, true, new ArrayList<>()).of(read);
        List<Violation> found = new ArrayList<>();
        PipelineDefinition resolved = resolve(catalog, written, found);
        List<Secret> fresh = reading.takeSecrets();
        checkSecrets(written, fresh, found, reading);
        found.forEach(reading::wrong);
        return new Parsed.Document(written, resolved, fresh, reading.takePlaces());
    }

    /** A value that is too short would be masked in every word of a console, or nowhere (C-29). */
    private static void checkSecrets(
            PipelineDefinition written, List<Secret> fresh, List<Violation> found, Reading reading) {
        Rewriting.placesOfSecrets(written).forEach((pointer, ref) -> {
            int length = ref.isStored()
                    ? 0
                    : fresh.get(Math.toIntExact(-ref.secretRef() - 1)).reveal().length();
            if (length > 0 && length < SHORTEST_SECRET) {
                found.add(Violation.at(
                        pointer,
                        "short_secret",
                        "A secret of fewer than " + SHORTEST_SECRET
                                + " characters cannot be hidden in consoles; use a longer one"));
            } else if (length > 0 && length < SHORT_SECRET) {
                reading.note(Violation.at(
                        pointer,
                        "short_secret",
                        "The secret has fewer than " + SHORT_SECRET
                                + " characters; consoles will hide every text that contains it"));
            }
        });
    }

    /** The resolved form of a stored definition, whose mistakes are added to {@code found}. */
    public PipelineDefinition resolve(PipelineDefinition written, List<Violation> found) {
        return resolve(catalog, written, found);
    }

    private static PipelineDefinition resolve(TypeCatalog catalog, PipelineDefinition written, List<Violation> found) {
        PipelineDefinition substituted = Parameters.resolve(written, found);
        PipelineDefinition resolved = new TypedOptions(catalog, _ -> null, false, found).of(substituted);
        found.addAll(DefinitionRules.check(resolved));
        return resolved;
    }
}
