package dev.penstock.core.config;

import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.parse.Parsed;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.plugin.Secret;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A definition on its way into the database: it is right by itself.
 *
 * @param fresh values of secrets that are not stored yet, as in {@link Parsed.Document#fresh()}
 * @param locate finds the place of a mistake in the text that the definition came from
 * @param restoredFrom the version that it comes from; null when it comes from a text
 */
record Draft(
        PipelineDefinition written,
        PipelineDefinition resolved,
        List<Secret> fresh,
        UnaryOperator<Violation> locate,
        List<Violation> notes,
        @Nullable Integer restoredFrom) {

    static Draft of(Parsed.Document document, List<Violation> notes) {
        return new Draft(
                document.written(), document.resolved(), document.fresh(), document.places()::locate, notes, null);
    }
}
