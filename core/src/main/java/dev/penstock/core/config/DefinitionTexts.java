package dev.penstock.core.config;

import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.parse.DefinitionParser;
import dev.penstock.core.config.parse.Parsed;
import dev.penstock.core.config.parse.Parsed.Document;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.platform.ids.PipelineId;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Texts to definitions that are right by themselves; and what is wrong with a text, as a whole. Thread-safe. */
public final class DefinitionTexts {
    private final Database database;
    private final DefinitionParser parser;
    private final ReferenceCheck check;

    DefinitionTexts(Database database, DefinitionParser parser, ReferenceCheck check) {
        this.database = database;
        this.parser = parser;
        this.check = check;
    }

    /**
     * What a text comes to.
     *
     * @param violations none when it could be saved now
     * @param notes what a person should know about parts that were passed over
     * @param resolved with the parameters' values; as far as they could be read when there are violations
     */
    public record Checked(List<Violation> violations, List<Violation> notes, List<PipelineDefinition> resolved) {
        public Checked {
            violations = List.copyOf(violations);
            notes = List.copyOf(notes);
            resolved = List.copyOf(resolved);
        }
    }

    /** Checks one or several pipelines, which may name each other, as if they were saved. */
    public Checked check(DefinitionText text) {
        return switch (parse(text)) {
            case Parsed.Ok(var documents, var notes) -> new Checked(references(documents), notes, resolved(documents));
            case Parsed.Broken(var documents, var violations) -> {
                List<Violation> all = new ArrayList<>(violations);
                references(documents).stream()
                        .filter(found -> violations.stream()
                                .noneMatch(known -> known.pointer().equals(found.pointer())))
                        .forEach(all::add);
                yield new Checked(all, List.of(), resolved(documents));
            }
        };
    }

    /** A text that holds one pipeline; what it says about others is not checked yet, unless it is broken anyway. */
    Draft one(DefinitionText text) {
        switch (parse(text)) {
            case Parsed.Broken _ -> throw invalid(check(text).violations());
            case Parsed.Ok(var documents, var notes) -> {
                if (documents.size() == 1) {
                    return Draft.of(documents.getFirst(), notes);
                }
                throw new PenstockException(
                        ErrorCode.INVALID,
                        "The text must hold one pipeline, and has " + documents.size() + "; save one after the other");
            }
        }
    }

    /** The JSON form that came of a patch: its mistakes have no lines, because nobody has seen the text. */
    Draft merged(String json) {
        try {
            Draft draft = one(new DefinitionText(json, DefinitionText.Format.JSON));
            return new Draft(
                    draft.written(), draft.resolved(), draft.fresh(), violation -> violation, draft.notes(), null);
        } catch (PenstockException e) {
            List<Violation> found = e.violations().stream()
                    .map(violation -> Violation.at(violation.pointer(), violation.code(), violation.message()))
                    .toList();
            throw new PenstockException(e.code(), String.valueOf(e.getMessage()), found);
        }
    }

    /** A version that was stored, as a draft. */
    Draft again(PipelineDefinition written, int version) {
        List<Violation> found = new ArrayList<>();
        PipelineDefinition resolved = parser.resolve(written, found);
        if (!found.isEmpty()) {
            throw new PenstockException(
                    ErrorCode.INVALID,
                    "Version " + version + " of pipeline \"" + written.name()
                            + "\" is not right any more; save a corrected one",
                    found);
        }
        return new Draft(written, resolved, List.of(), violation -> violation, List.of(), version);
    }

    static PenstockException invalid(List<Violation> violations) {
        String count = violations.size() == 1 ? "a mistake" : violations.size() + " mistakes";
        return new PenstockException(ErrorCode.INVALID, "The definition has " + count, violations);
    }

    private Parsed parse(DefinitionText text) {
        return switch (text.format()) {
            case JSON -> parser.json(text.text());
            case YAML -> parser.yaml(text.text());
        };
    }

    private List<Violation> references(List<Document> documents) {
        return database.read(handle -> {
            List<Violation> all = new ArrayList<>();
            List<List<Violation>> found = check.pipelines(handle, resolved(documents));
            for (int i = 0; i < documents.size(); i++) {
                Document document = documents.get(i);
                found.get(i).stream().map(document.places()::locate).forEach(all::add);
                check.secrets(handle, document.written(), pipeline(handle, document)).stream()
                        .map(document.places()::locate)
                        .forEach(all::add);
            }
            return all;
        });
    }

    private static @Nullable PipelineId pipeline(Handle handle, Document document) {
        return DefinitionStore.head(handle, document.written().name())
                .map(DefinitionStore.Head::id)
                .orElse(null);
    }

    private static List<PipelineDefinition> resolved(List<Document> documents) {
        return documents.stream().map(Document::resolved).toList();
    }
}
