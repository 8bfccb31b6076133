package dev.penstock.core.material;

import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.secret.SecretRef;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Hooks as rows, and which of their deliveries have come. */
final class HookStore {
    private static final String INSERT = """
            INSERT INTO hook (id, host_kind, secret_id, description, created_by)
            VALUES (:id, :kind, :secret, :description, :by)
            """;

    private static final String COUNT = """
            SELECT count(*)
              FROM hook
            """;

    private static final String HOOKS = """
            SELECT id, host_kind, secret_id, description, created_by, created_at, last_used_at
              FROM hook
            """;
    private static final String FIND = HOOKS + " WHERE id = :id";
    private static final String PAGE = HOOKS + """
             WHERE CAST(:after AS uuid) IS NULL OR id > :after
             ORDER BY id
             LIMIT :limit
            """;

    private static final String DELETE = """
            DELETE FROM hook
             WHERE id = :id
            RETURNING secret_id
            """;

    private static final String DELIVERED = """
            INSERT INTO hook_delivery (hook_id, delivery_id)
            SELECT id, :delivery
              FROM hook
             WHERE id = :id
                ON CONFLICT (hook_id, delivery_id) DO NOTHING
            """;

    private static final String USED = """
            UPDATE hook
               SET last_used_at = now()
             WHERE id = :id
            """;

    private static final String MATERIALS = """
            SELECT m.id
              FROM material m
             WHERE m.repository = ANY(:repositories)
               AND (m.branch IS NULL OR m.branch = ANY(:branches))
               AND EXISTS (SELECT 1 FROM pipeline_material u WHERE u.material_id = m.id)
             ORDER BY m.id
            """;

    /** Looks through all materials: what a host says without its own name is no beginning of a key. */
    private static final String MATERIALS_BY_PATH = """
            SELECT m.id
              FROM material m
             WHERE EXISTS (SELECT 1
                             FROM unnest(:paths) AS p (path)
                            WHERE right(m.repository, length(p.path)) = p.path)
               AND (m.branch IS NULL OR m.branch = ANY(:branches))
               AND EXISTS (SELECT 1 FROM pipeline_material u WHERE u.material_id = m.id)
             ORDER BY m.id
            """;

    private static final String FORGET = """
            DELETE FROM hook_delivery
             WHERE (hook_id, delivery_id) IN (SELECT hook_id, delivery_id
                                                FROM hook_delivery
                                               WHERE at < now() - make_interval(secs => :age)
                                               ORDER BY at
                                               LIMIT :batch
                                                 FOR UPDATE SKIP LOCKED)
            """;

    static final int BATCH = 1_000;

    private HookStore() {}

    /** A hook's row. */
    record Hook(
            UUID id,
            HookKind kind,
            SecretRef secret,
            String description,
            String createdBy,
            Instant createdAt,
            @Nullable Instant lastUsedAt) {}

    /** The scope of the hook's secret. */
    static String scope(UUID id) {
        return "hook:" + id;
    }

    static void insert(Handle tx, UUID id, HookKind kind, SecretRef secret, String description, String by) {
        tx.createUpdate(INSERT)
                .bind("id", id)
                .bind("kind", kind.name())
                .bind("secret", secret.secretRef())
                .bind("description", description)
                .bind("by", by)
                .execute();
    }

    static long count(Handle handle) {
        return handle.createQuery(COUNT).mapTo(Long.class).one();
    }

    static Optional<Hook> find(Handle handle, UUID id) {
        return handle.createQuery(FIND)
                .bind("id", id)
                .map((row, _) -> hook(row))
                .findOne();
    }

    static List<Hook> page(Handle handle, @Nullable UUID after, int limit) {
        return handle.createQuery(PAGE)
                .bindByType("after", after, UUID.class)
                .bind("limit", limit)
                .map((row, _) -> hook(row))
                .list();
    }

    /** Deletes a hook with its deliveries; the secret that is left over. */
    static Optional<SecretRef> delete(Handle tx, UUID id) {
        return tx.createQuery(DELETE)
                .bind("id", id)
                .map((row, _) -> new SecretRef(row.getLong("secret_id")))
                .findOne();
    }

    /** Whether the delivery is new; of a hook that is gone meanwhile none is. */
    static boolean isNew(Handle tx, UUID id, String delivery) {
        return tx.createUpdate(DELIVERED)
                        .bind("id", id)
                        .bind("delivery", delivery)
                        .execute()
                == 1;
    }

    static void used(Handle tx, UUID id) {
        tx.createUpdate(USED).bind("id", id).execute();
    }

    /** The materials that a push concerns. */
    static List<MaterialId> materials(Handle handle, Push push) {
        Query query = push.repositories().isEmpty()
                ? handle.createQuery(MATERIALS_BY_PATH).bindArray("paths", String.class, List.copyOf(push.paths()))
                : handle.createQuery(MATERIALS)
                        .bindArray("repositories", String.class, List.copyOf(push.repositories()));
        return query.bindArray("branches", String.class, List.copyOf(push.branches()))
                .map((row, _) -> new MaterialId(row.getLong("id")))
                .list();
    }

    /** Forgets the oldest deliveries; true when there may be more. */
    static boolean forgetDeliveries(Handle tx, Duration age) {
        return tx.createUpdate(FORGET)
                        .bind("age", age.toSeconds())
                        .bind("batch", BATCH)
                        .execute()
                == BATCH;
    }

    private static Hook hook(ResultSet row) throws SQLException {
        OffsetDateTime used = row.getObject("last_used_at", OffsetDateTime.class);
        return new Hook(
                row.getObject("id", UUID.class),
                HookKind.valueOf(row.getString("host_kind")),
                new SecretRef(row.getLong("secret_id")),
                row.getString("description"),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                used == null ? null : used.toInstant());
    }
}
