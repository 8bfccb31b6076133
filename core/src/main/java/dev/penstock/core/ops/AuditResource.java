package dev.penstock.core.ops;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Paging;
import dev.penstock.core.http.Resource;
import dev.penstock.core.ops.AuditQuery.Entry;
import dev.penstock.core.ops.AuditQuery.Filter;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/audit}: who did what. */
final class AuditResource implements Resource {
    private final Database database;

    AuditResource(Database database) {
        this.database = database;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/audit", this::list, Access.ADMIN);
    }

    private void list(Context ctx) {
        Paging paging = Paging.of(ctx);
        var filter = new Filter(
                ctx.queryParam("actor"),
                ctx.queryParam("action"),
                ctx.queryParam("object"),
                time(ctx, "from"),
                time(ctx, "until"));
        List<Entry> found =
                database.read(handle -> AuditQuery.page(handle, filter, paging.afterNumber(), paging.limitAndOne()));
        ctx.json(paging.page(found, entry -> Long.toString(entry.seq())));
    }

    private static @Nullable Instant time(Context ctx, String name) {
        String text = ctx.queryParam(name);
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException _) {
            throw new PenstockException(
                    ErrorCode.BAD_REQUEST,
                    "\"" + name + "\" is \"" + text + "\", which is no time such as 2026-11-24T08:30:00Z");
        }
    }
}
