package dev.penstock.core.artifact;

import dev.penstock.core.artifact.RetentionStore.KeptStage;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** {@code .../stages/{stage}/{stage_counter}/artifacts}: whether retention spares the artifacts of a stage run. */
final class KeepResource implements Resource {
    private static final String PATH =
            "/api/v1/pipelines/{pipeline}/runs/{counter}/stages/{stage}/{stage_counter}/artifacts";

    private final Database database;

    KeepResource(Database database) {
        this.database = database;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get(PATH, this::show, Access.VIEWER);
        routes.put(PATH, this::change, Access.OPERATOR);
    }

    private record View(boolean keep, boolean deleted) {}

    private record Wish(boolean keep) {}

    private void show(Context ctx) {
        KeptStage stage = database.read(handle -> find(handle, ctx));
        ctx.json(new View(stage.keep(), stage.deleted()));
    }

    private void change(Context ctx) {
        boolean keep = ctx.bodyAsClass(Wish.class).keep();
        database.useTransaction(tx -> {
            KeptStage stage = find(tx, ctx);
            if (!RetentionStore.keep(tx, stage.id(), keep)) {
                throw new PenstockException(ErrorCode.GONE, "The artifacts of " + place(ctx) + " are deleted already");
            }
            AuditStore.record(tx, Caller.of(ctx).name(), "artifacts.keep", "stage/" + place(ctx), Map.of("keep", keep));
        });
        ctx.json(new View(keep, false));
    }

    private static KeptStage find(Handle handle, Context ctx) {
        return RetentionStore.find(
                        handle, ctx.pathParam("pipeline"), number(ctx, "counter"), ctx.pathParam("stage"), (int)
                                Math.min(number(ctx, "stage_counter"), Integer.MAX_VALUE))
                .orElseThrow(() ->
                        new PenstockException(ErrorCode.NOT_FOUND, "There is no stage run \"" + place(ctx) + "\""));
    }

    private static String place(Context ctx) {
        return ctx.pathParam("pipeline") + "/" + ctx.pathParam("counter") + "/" + ctx.pathParam("stage") + "/"
                + ctx.pathParam("stage_counter");
    }

    private static long number(Context ctx, String name) {
        String text = ctx.pathParam(name);
        try {
            long number = Long.parseLong(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Said below, in the same words as for a number that is not positive.
        }
        throw new PenstockException(
                ErrorCode.BAD_REQUEST, "\"" + name + "\" is \"" + text + "\", which is not a positive number");
    }
}
