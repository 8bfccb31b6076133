package dev.penstock.core.config;

import dev.penstock.core.config.write.DefinitionDiff;
import dev.penstock.core.config.write.JsonForm;
import dev.penstock.core.http.Accepts;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.Paging;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.error.Violation;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Versions of definitions and what differs between them; groups; and texts that are checked without being saved. */
public final class VersionResource implements Resource {
    private static final String PIPELINE = "/api/v1/pipelines/{pipeline}";

    private final Pipelines pipelines;
    private final PipelineArchive archive;
    private final DefinitionTexts texts;

    VersionResource(Pipelines pipelines, PipelineArchive archive, DefinitionTexts texts) {
        this.pipelines = pipelines;
        this.archive = archive;
        this.texts = texts;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get(PIPELINE + "/versions", this::list, Access.VIEWER);
        routes.get(PIPELINE + "/versions/{version}", this::show, Access.VIEWER);
        routes.post(PIPELINE + "/versions/{version}/restore", this::restore, Access.EDITOR);
        routes.get(PIPELINE + "/diff", this::difference, Access.VIEWER);
        routes.get("/api/v1/groups", this::groups, Access.VIEWER);
        routes.post("/api/v1/definitions/validate", this::validate, Access.VIEWER);
    }

    private record VersionItem(
            int version,
            String savedBy,
            Instant savedAt,
            String comment,
            @Nullable Integer restoredFrom,
            boolean deleted) {
        static VersionItem of(VersionStore.Version version) {
            return new VersionItem(
                    version.version(),
                    version.savedBy(),
                    version.savedAt(),
                    version.comment(),
                    version.restoredFrom(),
                    version.deleted());
        }
    }

    /**
     * @param changes against the version before
     * @param resolved as runs of this version use it
     */
    private record VersionView(
            String pipeline,
            int version,
            String savedBy,
            Instant savedAt,
            String comment,
            @Nullable Integer restoredFrom,
            boolean deleted,
            List<DefinitionDiff.Change> changes,
            Map<String, Object> definition,
            Map<String, Object> resolved) {}

    private record Difference(int from, int to, List<DefinitionDiff.Change> changes) {}

    private record CheckedView(
            boolean valid, List<Violation> violations, List<Violation> notes, List<Map<String, Object>> definitions) {}

    private void list(Context ctx) {
        Paging paging = Paging.of(ctx);
        Long after = paging.afterNumber();
        int before = after == null ? Integer.MAX_VALUE : (int) Math.min(after, Integer.MAX_VALUE);
        PipelineArchive.Versions found = archive.versions(ctx.pathParam("pipeline"), before, paging.limitAndOne());
        ctx.json(paging.page(found.items(), version -> Integer.toString(version.version()))
                .map(VersionItem::of));
    }

    private void show(Context ctx) {
        String form = Accepts.best(ctx, List.of(PipelineResource.JSON, PipelineResource.YAML));
        PipelineArchive.Version found = archive.version(ctx.pathParam("pipeline"), version(ctx.pathParam("version")));
        ctx.header("Vary", "Accept");
        if (form.equals(PipelineResource.YAML)) {
            PipelineResource.write(ctx, form, found.written());
            return;
        }
        VersionStore.Version facts = found.facts();
        ctx.json(new VersionView(
                found.pipeline(),
                facts.version(),
                facts.savedBy(),
                facts.savedAt(),
                facts.comment(),
                facts.restoredFrom(),
                facts.deleted(),
                found.changes(),
                JsonForm.of(found.written()),
                JsonForm.of(found.resolved())));
    }

    private void restore(Context ctx) {
        SaveTerms terms = PipelineResource.terms(ctx, PipelineResource.expected(ctx));
        int version = version(ctx.pathParam("version"));
        PipelineResource.answer(ctx, pipelines.restore(ctx.pathParam("pipeline"), version, terms), terms);
    }

    private void difference(Context ctx) {
        int from = version(ctx.queryParam("from"));
        int to = version(ctx.queryParam("to"));
        ctx.json(new Difference(from, to, archive.difference(ctx.pathParam("pipeline"), from, to)));
    }

    private void groups(Context ctx) {
        Paging paging = Paging.of(ctx);
        String after = PipelineResource.afterName(paging);
        ctx.json(paging.page(archive.groups(after, paging.limitAndOne()), PipelineQuery.Group::name));
    }

    private void validate(Context ctx) {
        DefinitionTexts.Checked checked = texts.check(PipelineResource.text(ctx));
        ctx.json(new CheckedView(
                checked.violations().isEmpty(),
                checked.violations(),
                checked.notes(),
                checked.resolved().stream().map(JsonForm::of).toList()));
    }

    private static int version(@Nullable String text) {
        if (text == null || !text.matches("[1-9][0-9]{0,8}")) {
            throw new PenstockException(
                    ErrorCode.BAD_REQUEST, "\"" + text + "\" is not a version; versions are numbers from 1");
        }
        return Integer.parseInt(text);
    }
}
