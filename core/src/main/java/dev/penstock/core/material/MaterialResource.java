package dev.penstock.core.material;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.Page;
import dev.penstock.core.http.Paging;
import dev.penstock.core.http.PathNumber;
import dev.penstock.core.http.Resource;
import dev.penstock.core.material.MaterialQuery.Modification;
import dev.penstock.core.material.MaterialQuery.Shown;
import dev.penstock.core.platform.ids.MaterialId;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/materials}: what pipelines are made from, how looks at it went, and what they found. */
public final class MaterialResource implements Resource {
    private final Materials materials;
    private final ConnectionTests tests;

    MaterialResource(Materials materials, ConnectionTests tests) {
        this.materials = materials;
        this.tests = tests;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/materials", this::list, Access.VIEWER);
        routes.post("/api/v1/materials/test-connection", this::test, Access.EDITOR);
        routes.get("/api/v1/materials/{id}", this::show, Access.VIEWER);
        routes.get("/api/v1/materials/{id}/modifications", this::modifications, Access.VIEWER);
        routes.get("/api/v1/materials/{id}/events", this::events, Access.VIEWER);
        routes.post("/api/v1/materials/{id}/check", this::check, Access.OPERATOR);
    }

    /** How it is with a material. */
    private enum State {
        /** Nobody has looked yet. */
        NEW,
        OK,
        FAILING;

        static State of(Shown material) {
            if (material.failures() > 0) {
                return FAILING;
            }
            return material.lastSuccessAt() == null ? NEW : OK;
        }
    }

    /**
     * @param looking whether a look is under way
     * @param askedAt when a look was asked for that has not begun
     * @param pipelineCount of all that use it
     * @param pipelines the first hundred of them
     */
    private record MaterialView(
            long id,
            String fingerprint,
            String type,
            String name,
            @Nullable String host,
            @Nullable String branch,
            boolean polled,
            State state,
            boolean looking,
            @Nullable Instant askedAt,
            @Nullable Instant nextCheckAt,
            @Nullable Instant lastCheckedAt,
            @Nullable Instant lastSuccessAt,
            @Nullable ErrorView error,
            @Nullable Modification newest,
            long pipelineCount,
            List<String> pipelines) {

        static MaterialView of(Shown material) {
            return new MaterialView(
                    material.id(),
                    material.fingerprint(),
                    material.type(),
                    material.name(),
                    material.host(),
                    material.branch(),
                    material.polled(),
                    State.of(material),
                    material.looking(),
                    material.askedAt(),
                    material.polled() ? material.nextCheckAt() : null,
                    material.lastCheckedAt(),
                    material.lastSuccessAt(),
                    ErrorView.of(material),
                    material.newest(),
                    material.used(),
                    material.pipelines());
        }
    }

    /** @param since of the first of the failures in a row */
    private record ErrorView(
            String kind, @Nullable String message, @Nullable Instant since, int failures) {
        static @Nullable ErrorView of(Shown material) {
            String kind = material.errorKind();
            return kind == null
                    ? null
                    : new ErrorView(kind, material.errorMessage(), material.errorSince(), material.failures());
        }
    }

    private void list(Context ctx) {
        boolean failing = "true".equals(ctx.queryParam("failing"));
        Page<Shown> page = materials.page(failing, Paging.of(ctx));
        ctx.json(page.map(MaterialView::of));
    }

    private void show(Context ctx) {
        ctx.json(MaterialView.of(materials.show(id(ctx))));
    }

    private void modifications(Context ctx) {
        ctx.json(materials.modifications(id(ctx), Paging.of(ctx)));
    }

    private void events(Context ctx) {
        ctx.json(materials.events(id(ctx), Paging.of(ctx)));
    }

    private void check(Context ctx) {
        Shown material = materials.ask(id(ctx), Caller.of(ctx).name());
        ctx.status(HttpStatus.ACCEPTED).json(MaterialView.of(material));
    }

    private void test(Context ctx) {
        ctx.json(tests.test(ctx.bodyAsClass(ConnectionTests.Wish.class)));
    }

    private static MaterialId id(Context ctx) {
        return new MaterialId(PathNumber.of(ctx, "id"));
    }
}
