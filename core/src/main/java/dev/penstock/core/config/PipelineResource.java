package dev.penstock.core.config;

import dev.penstock.core.config.DefinitionText.Format;
import dev.penstock.core.config.model.Names;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.write.DefinitionDiff;
import dev.penstock.core.config.write.JsonForm;
import dev.penstock.core.config.write.YamlForm;
import dev.penstock.core.http.Accepts;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.ETags;
import dev.penstock.core.http.Paging;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.platform.ids.PipelineId;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/pipelines}: definitions, as JSON or YAML in the same shape in and out; the version is the ETag. */
public final class PipelineResource implements Resource {
    static final String JSON = "application/json";
    static final String YAML = "application/yaml";
    private static final String ROOT = "/api/v1/pipelines";

    private final Pipelines pipelines;
    private final PipelineArchive archive;

    PipelineResource(Pipelines pipelines, PipelineArchive archive) {
        this.pipelines = pipelines;
        this.archive = archive;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get(ROOT, this::list, Access.VIEWER);
        routes.post(ROOT, this::create, Access.EDITOR);
        routes.get(ROOT + "/{pipeline}", this::show, Access.VIEWER);
        routes.put(ROOT + "/{pipeline}", this::update, Access.EDITOR);
        routes.patch(ROOT + "/{pipeline}", this::patch, Access.EDITOR);
        routes.delete(ROOT + "/{pipeline}", this::delete, Access.EDITOR);
    }

    /** @param definition of a dry run, secrets that came in clear are hidden */
    private record SavedView(
            PipelineId id,
            String pipeline,
            int version,
            boolean changed,
            boolean dryRun,
            List<DefinitionDiff.Change> changes,
            List<Violation> notes,
            Map<String, Object> definition) {}

    private void list(Context ctx) {
        Paging paging = Paging.of(ctx);
        String after = afterName(paging);
        List<PipelineQuery.Listed> found =
                archive.list(ctx.queryParam("group"), ctx.queryParam("name"), after, paging.limitAndOne());
        ctx.json(paging.page(found, PipelineQuery.Listed::name));
    }

    /** The name after which a page begins; empty for the first page. */
    static String afterName(Paging paging) {
        String after = paging.after(text -> {
            if (!Names.isName(text)) {
                throw new IllegalArgumentException();
            }
            return text;
        });
        return after == null ? "" : after;
    }

    private void create(Context ctx) {
        SaveTerms terms = terms(ctx, 0);
        Saved saved = pipelines.create(text(ctx), terms);
        if (!terms.dryRun()) {
            ctx.status(HttpStatus.CREATED).header("Location", ROOT + "/" + saved.name());
        }
        answer(ctx, saved, terms);
    }

    private void show(Context ctx) {
        boolean resolved = flag(ctx, "resolved");
        PipelineArchive.Version newest = archive.newest(ctx.pathParam("pipeline"));
        String form = Accepts.best(ctx, List.of(JSON, YAML));
        ctx.header("Vary", "Accept");
        if (ETags.isKnown(ctx, Integer.toString(newest.facts().version()))) {
            return;
        }
        write(ctx, form, resolved ? newest.resolved() : newest.written());
    }

    private void update(Context ctx) {
        SaveTerms terms = terms(ctx, expected(ctx));
        answer(ctx, pipelines.update(ctx.pathParam("pipeline"), text(ctx), terms), terms);
    }

    private void patch(Context ctx) {
        SaveTerms terms = terms(ctx, expected(ctx));
        answer(ctx, pipelines.patch(ctx.pathParam("pipeline"), ctx.body(), terms), terms);
    }

    private void delete(Context ctx) {
        pipelines.delete(ctx.pathParam("pipeline"), terms(ctx, expected(ctx)));
        ctx.status(HttpStatus.NO_CONTENT);
    }

    /** Answers with what became of a save. */
    static void answer(Context ctx, Saved saved, SaveTerms terms) {
        if (!terms.dryRun()) {
            ETags.show(ctx, Integer.toString(saved.version()));
        }
        ctx.json(new SavedView(
                saved.id(),
                saved.name(),
                saved.version(),
                saved.changed(),
                terms.dryRun(),
                saved.changes(),
                saved.notes(),
                JsonForm.of(saved.written())));
    }

    static void write(Context ctx, String form, PipelineDefinition definition) {
        if (form.equals(YAML)) {
            ctx.contentType(YAML).result(YamlForm.of(definition));
        } else {
            ctx.json(JsonForm.of(definition));
        }
    }

    static DefinitionText text(Context ctx) {
        String type = ctx.contentType();
        boolean yaml = type != null && type.split(";", 2)[0].strip().equals(YAML);
        return new DefinitionText(ctx.body(), yaml ? Format.YAML : Format.JSON);
    }

    static SaveTerms terms(Context ctx, int expected) {
        String comment = ctx.queryParam("comment");
        return new SaveTerms(Caller.of(ctx).name(), comment == null ? "" : comment, expected, flag(ctx, "dry_run"));
    }

    /** The version in {@code If-Match}; what is no version of ours is one that nobody has. */
    static int expected(Context ctx) {
        String wanted = ETags.wanted(ctx);
        String digits = wanted.replaceAll("^W/|\"", "");
        if (wanted.equals("*")) {
            return SaveTerms.ANY;
        }
        return digits.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(digits) : 0;
    }

    private static boolean flag(Context ctx, String name) {
        @Nullable String value = ctx.queryParam(name);
        return switch (value == null ? "false" : value) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new PenstockException(
                        ErrorCode.BAD_REQUEST, "\"" + name + "\" is \"" + value + "\"; it takes true or false");
        };
    }
}
