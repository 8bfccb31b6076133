package dev.penstock.core.material;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Which materials are to be looked at. A claim is a lease by the database's clock, renewed while the look lasts, so that
 * several servers share the work and a server that dies holds nothing for long.
 */
final class CheckQueue {
    private static final TypeReference<Map<String, Object>> OPTIONS = new TypeReference<>() {};

    private static final String ASK = """
            INSERT INTO material_check (material_id, cause)
            SELECT m.id, :cause
              FROM material m
             WHERE m.id = ANY(:materials) AND m.type <> :upstream AND (m.auto_update OR :all)
             ORDER BY m.id
                ON CONFLICT (material_id) DO UPDATE
               SET requested_at = clock_timestamp(), cause = excluded.cause
            """;

    /**
     * Markers and those whose time has come; of one host as many as its limit leaves, and of a host that failed one at a
     * time, so that hosts that hang do not take the places of the others.
     */
    private static final String CLAIM = """
            WITH wanted AS (
                SELECT material_id AS id, requested_at AS since FROM material_check
                 UNION ALL
                (SELECT id, next_check_at
                   FROM material
                  WHERE auto_update AND next_check_at <= clock_timestamp()
                  ORDER BY next_check_at
                  LIMIT :look)
            ), due AS (
                SELECT m.id, m.host, m.failures > 0 AS failing, min(w.since) AS since,
                       row_number() OVER (PARTITION BY m.host, m.failures > 0 ORDER BY min(w.since)) AS place
                  FROM wanted w
                  JOIN material m ON m.id = w.id
                 WHERE m.claimed_until IS NULL OR m.claimed_until < clock_timestamp()
                 GROUP BY m.id
            ), busy AS (
                SELECT host, count(*) AS claims, count(*) FILTER (WHERE failures > 0) AS failing
                  FROM material
                 WHERE claimed_until >= clock_timestamp()
                 GROUP BY host
            ), ready AS (
                SELECT d.id, d.since,
                       d.host IS NULL
                           OR row_number() OVER (PARTITION BY d.host ORDER BY d.since) + COALESCE(b.claims, 0)
                               <= :perHost AS fits
                  FROM due d
                  LEFT JOIN busy b ON b.host = d.host
                 WHERE NOT d.failing OR d.host IS NULL OR d.place + COALESCE(b.failing, 0) <= 1
            ), chosen AS (
                SELECT m.id
                  FROM material m
                  JOIN ready r ON r.id = m.id
                 WHERE r.fits AND (m.claimed_until IS NULL OR m.claimed_until < clock_timestamp())
                 ORDER BY r.since
                 LIMIT :limit
                   FOR NO KEY UPDATE OF m SKIP LOCKED
            )
            UPDATE material m
               SET claimed_until = clock_timestamp() + make_interval(secs => :lease)
              FROM chosen
             WHERE m.id = chosen.id
            RETURNING m.id, m.type, m.options, m.options_of, m.display_name, m.host,
                      (SELECT r.revision FROM modification r WHERE r.material_id = m.id ORDER BY r.id DESC LIMIT 1)
                          AS last_known,
                      clock_timestamp() AS claimed_at,
                      EXISTS (SELECT 1 FROM material_check c WHERE c.material_id = m.id) AS asked
            """;

    private static final String RENEW = """
            UPDATE material
               SET claimed_until = clock_timestamp() + make_interval(secs => :lease)
             WHERE id IN (SELECT id
                            FROM material
                           WHERE id = ANY(:materials) AND claimed_until IS NOT NULL
                             FOR NO KEY UPDATE SKIP LOCKED)
            """;

    private static final String RELEASE = """
            UPDATE material
               SET claimed_until = NULL
             WHERE id = ANY(:materials)
            """;

    private static final String NEXT = """
            SELECT CASE WHEN EXISTS (SELECT 1 FROM material_check)
                        THEN 0
                        ELSE CAST(extract(epoch FROM min(next_check_at) - clock_timestamp()) AS double precision)
                   END AS seconds
              FROM material
             WHERE auto_update AND claimed_until IS NULL
            """;

    private CheckQueue() {}

    /** Asks for a look at materials, once however often it is asked. Those that are stages of pipelines are never looked at. */
    static void ask(Handle tx, Collection<MaterialId> materials, String cause) {
        ask(tx, materials, cause, true);
    }

    /** As {@link #ask}, for those of them that are polled. */
    static void askPolled(Handle tx, Collection<MaterialId> materials, String cause) {
        ask(tx, materials, cause, false);
    }

    private static void ask(Handle tx, Collection<MaterialId> materials, String cause, boolean all) {
        tx.createUpdate(ASK)
                .bind("all", all)
                .bind("cause", cause)
                .bind("upstream", MaterialDefinition.PIPELINE)
                .bindArray("materials", Long.class, values(materials))
                .execute();
    }

    /** Claims materials that are due or asked for, passing over those that others hold. */
    static List<Claim> claim(Handle tx, int limit, int perHost, Duration lease) {
        return tx.createQuery(CLAIM)
                // More than can be claimed, because some of them wait for their host.
                .bind("look", limit * 16)
                .bind("limit", limit)
                .bind("perHost", perHost)
                .bind("lease", lease.toSeconds())
                .map((row, _) -> claim(row))
                .list();
    }

    /** Keeps claims; those that are over meanwhile stay over, and one whose row is in use now is kept the next time. */
    static void renew(Handle tx, Collection<MaterialId> materials, Duration lease) {
        tx.createUpdate(RENEW)
                .bindArray("materials", Long.class, values(materials))
                .bind("lease", lease.toSeconds())
                .execute();
    }

    /** Gives claims back, so that another server or the next start can look at once. */
    static void release(Handle tx, Collection<MaterialId> materials) {
        tx.createUpdate(RELEASE)
                .bindArray("materials", Long.class, values(materials))
                .execute();
    }

    /** How long until the next material is due that nobody holds; zero or less when one is, empty when none will be. */
    static Optional<Duration> untilNext(Handle handle) {
        return handle.createQuery(NEXT)
                .map((row, _) -> Optional.ofNullable(row.getObject("seconds", Double.class)))
                .one()
                .map(seconds -> Duration.ofMillis(Math.round(seconds * 1_000)));
    }

    private static Claim claim(ResultSet row) throws SQLException {
        long optionsOf = row.getLong("options_of");
        return new Claim(
                new MaterialId(row.getLong("id")),
                row.getString("type"),
                options(row.getString("type"), row.getString("options")),
                optionsOf == 0 ? null : new PipelineId(optionsOf),
                row.getString("display_name"),
                row.getString("host"),
                row.getString("last_known"),
                row.getObject("claimed_at", OffsetDateTime.class).toInstant(),
                row.getBoolean("asked"));
    }

    /** By way of a definition, which knows what a reference to a secret looks like. */
    private static Map<String, Object> options(String type, String json) {
        return new MaterialDefinition(null, type, Json.read(json, OPTIONS), "", true, MaterialDefinition.Filter.NONE)
                .options();
    }

    private static List<Long> values(Collection<MaterialId> materials) {
        return materials.stream().map(MaterialId::value).toList();
    }
}
