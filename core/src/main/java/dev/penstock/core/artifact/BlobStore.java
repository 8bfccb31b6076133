package dev.penstock.core.artifact;

import dev.penstock.core.platform.ids.JobRunId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/** Blobs as rows: which there are, and which nobody refers to. A row's lock also guards the blob's bytes. */
final class BlobStore {
    private static final String FIND = """
            SELECT size, unreferenced
              FROM blob
             WHERE sha256 = :sha256
            """;
    private static final String TOUCH = """
            UPDATE blob
               SET uploaded_at = clock_timestamp()
             WHERE sha256 = :sha256
            RETURNING size
            """;
    private static final String NO_WAIT = """
            SET LOCAL synchronous_commit = off
            """;
    private static final String KEEP = """
            INSERT INTO blob (sha256, size)
            VALUES (:sha256, :size)
            ON CONFLICT (sha256) DO UPDATE
               SET uploaded_at = clock_timestamp()
            """;
    /** A job uploads after it was assigned and publishes when it ends: while it is held, what it may have uploaded stays. */
    private static final String DELETE_UNREFERENCED = """
            DELETE FROM blob b
             WHERE b.sha256 IN (
                   SELECT sha256
                     FROM blob
                    WHERE unreferenced
                      AND uploaded_at < clock_timestamp() - CAST(:grace AS double precision) * interval '1 s'
                      AND NOT EXISTS (
                          SELECT
                            FROM job_run j
                           WHERE j.state IN ('ASSIGNED', 'RUNNING', 'CANCELLING') AND j.assigned_at <= uploaded_at)
                    ORDER BY uploaded_at
                    LIMIT :most
                      FOR UPDATE SKIP LOCKED)
               AND NOT EXISTS (SELECT FROM artifact a WHERE a.sha256 = b.sha256)
            RETURNING b.sha256
            """;

    private static final String CORRECT_HINTS = """
            UPDATE blob b
               SET unreferenced = false
             WHERE b.unreferenced
               AND b.uploaded_at < clock_timestamp() - CAST(:grace AS double precision) * interval '1 s'
               AND EXISTS (SELECT FROM artifact a WHERE a.sha256 = b.sha256)
            """;
    private static final String PENDING = """
            SELECT COALESCE(sum(b.size), 0)
              FROM blob b
             WHERE b.unreferenced
               AND NOT EXISTS (SELECT FROM artifact a WHERE a.sha256 = b.sha256)
            """;
    private static final String ADOPT = """
            INSERT INTO blob (sha256, size)
            SELECT sha256, size
              FROM unnest(:hashes, :sizes) AS found (sha256, size)
             ORDER BY sha256
            ON CONFLICT DO NOTHING
            """;

    /** Runs that this one came from, by any number of steps: what a job may fetch from, as {@code dispatch} says. */
    private static final String MAY_FETCH = """
            WITH RECURSIVE history (run, steps) AS (
                SELECT pipeline_run_id, 0
                  FROM job_run
                 WHERE id = :job
                UNION
                SELECT up.id, h.steps + 1
                  FROM history h
                  JOIN pipeline_run_material m ON m.pipeline_run_id = h.run
                  JOIN material a ON a.id = m.material_id AND a.type = 'pipeline'
                  JOIN modification n ON n.id = m.modification_id
                  JOIN pipeline p ON p.name_key = lower(split_part(n.revision, '/', 1))
                  JOIN pipeline_run up
                    ON up.pipeline_id = p.id AND up.counter::text = split_part(n.revision, '/', 2)
                 WHERE h.steps < :most
            )
            SELECT b.size
              FROM blob b
             WHERE b.sha256 = :sha256
               AND EXISTS (
                   SELECT
                     FROM artifact a
                     JOIN job_run j ON j.id = a.job_run_id
                    WHERE a.sha256 = b.sha256
                      AND j.pipeline_run_id IN (SELECT run FROM history))
            """;

    /** As the longest path of pipelines that a fetch task can name. */
    private static final int MOST_STEPS = 32;

    private BlobStore() {}

    /** @param unreferenced whether nobody may refer to it */
    record Known(long size, boolean unreferenced) {}

    static Optional<Known> find(Handle handle, String sha256) {
        return handle.createQuery(FIND)
                .bind("sha256", sha256)
                .map((row, _) -> new Known(row.getLong("size"), row.getBoolean("unreferenced")))
                .findOne();
    }

    /**
     * Says that somebody just wanted to upload it; how long it is, empty when there is none.
     *
     * @param known what was found: the time of a blob that others refer to need not survive a loss of power, and a job
     *     that publishes a thousand unchanged files does not wait for the disk a thousand times
     */
    static OptionalLong touch(Handle tx, String sha256, Known known) {
        if (!known.unreferenced()) {
            tx.execute(NO_WAIT);
        }
        return tx.createQuery(TOUCH)
                .bind("sha256", sha256)
                .mapTo(Long.class)
                .findOne()
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    /** Makes the row, and holds its lock until {@code tx} ends: waits for whoever deletes the blob at this moment. */
    static void keep(Handle tx, String sha256, long size) {
        tx.createUpdate(KEEP).bind("sha256", sha256).bind("size", size).execute();
    }

    /** Deletes rows that nobody refers to and no running job may have uploaded; an upload of the same hash waits for {@code tx}. */
    static List<String> deleteUnreferenced(Handle tx, Duration grace, int most) {
        tx.createUpdate(CORRECT_HINTS).bind("grace", seconds(grace)).execute();
        return tx.createQuery(DELETE_UNREFERENCED)
                .bind("grace", seconds(grace))
                .bind("most", most)
                .mapTo(String.class)
                .list();
    }

    /** The bytes that nobody refers to and that are not deleted yet. */
    static long pendingBytes(Handle handle) {
        return handle.createQuery(PENDING).mapTo(Long.class).one();
    }

    /** Makes rows for bytes that have none, so that they are deleted like others when nobody refers to them. */
    static int adopt(Handle tx, Collection<BlobBytes.Found> found) {
        return tx.createUpdate(ADOPT)
                .bindArray(
                        "hashes",
                        String.class,
                        found.stream().map(BlobBytes.Found::sha256).toList())
                .bindArray(
                        "sizes",
                        Long.class,
                        found.stream().map(BlobBytes.Found::size).toList())
                .execute();
    }

    /** How long a blob is that this job may fetch; empty when there is none. */
    static OptionalLong fetchable(Handle handle, JobRunId job, String sha256) {
        return handle.createQuery(MAY_FETCH)
                .bind("job", job.value())
                .bind("sha256", sha256)
                .bind("most", MOST_STEPS)
                .mapTo(Long.class)
                .findOne()
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
