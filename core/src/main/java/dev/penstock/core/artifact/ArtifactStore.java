package dev.penstock.core.artifact;

import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import dev.penstock.core.platform.ids.JobRunId;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The artifacts of jobs: a path, and the hash of its bytes. */
final class ArtifactStore {
    private static final String MISSING = """
            SELECT wanted.path
              FROM unnest(:paths, :hashes, :sizes) AS wanted (path, sha256, size)
             WHERE NOT EXISTS (SELECT FROM blob b WHERE b.sha256 = wanted.sha256 AND b.size = wanted.size)
             LIMIT 5
            """;
    private static final String INSERT = """
            WITH published AS (
                INSERT INTO artifact (job_run_id, path, sha256, size, test)
                SELECT :job, path, sha256, size, test
                  FROM unnest(:paths, :hashes, :sizes, :tests) AS wanted (path, sha256, size, test)
                ON CONFLICT DO NOTHING
                RETURNING test
            ), marked AS (
                INSERT INTO stage_artifacts (stage_run_id)
                SELECT stage_run_id
                  FROM job_run
                 WHERE id = :job AND EXISTS (SELECT FROM published)
                ON CONFLICT DO NOTHING
            ), requested AS (
                INSERT INTO test_report_request (job_run_id)
                SELECT :job
                 WHERE EXISTS (SELECT FROM published WHERE test)
                ON CONFLICT (job_run_id) DO UPDATE SET requested_at = clock_timestamp()
            )
            SELECT count(*) FROM published
            """;
    private static final String ALL = """
            SELECT path, sha256, size, test
              FROM artifact
             WHERE job_run_id = :job
             ORDER BY path COLLATE "C"
             LIMIT :most
            """;
    private static final String PLACE = """
            SELECT s.artifacts_deleted_at
              FROM job_run j
              JOIN stage_run s ON s.id = j.stage_run_id
             WHERE j.id = :job
            """;
    private static final String FIND = """
            SELECT path, sha256, size, test
              FROM artifact
             WHERE job_run_id = :job AND path = :path
            """;
    private static final String IS_FOLDER = """
            SELECT EXISTS (SELECT FROM artifact WHERE job_run_id = :job AND starts_with(path, :prefix))
            """;
    private static final String LEVEL = """
            WITH below AS (
                SELECT substr(path, char_length(:prefix) + 1) AS rest, sha256, size, test
                  FROM artifact
                 WHERE job_run_id = :job AND starts_with(path, :prefix)
            ), named AS (
                SELECT split_part(rest, '/', 1) AS name, strpos(rest, '/') > 0 AS folder, sha256, size, test
                  FROM below
            )
            SELECT name, folder, count(*) AS files, sum(size) AS size, min(sha256) AS sha256, bool_and(test) AS test
              FROM named
             WHERE CAST(:after AS text) IS NULL OR name COLLATE "C" > :after
             GROUP BY name, folder
             ORDER BY name COLLATE "C"
             LIMIT :most
            """;
    private static final String BELOW = """
            SELECT path, sha256, size, test
              FROM artifact
             WHERE job_run_id = :job
               AND starts_with(path, :prefix)
               AND (CAST(:after AS text) IS NULL OR path COLLATE "C" > :after)
             ORDER BY path COLLATE "C"
             LIMIT :most
            """;

    private ArtifactStore() {}

    /** A file that a job published. */
    record Artifact(String path, String sha256, long size, boolean test) {}

    /**
     * What stands in a folder.
     *
     * @param files in it and below; 1 for a file
     * @param size of all of them
     */
    record Entry(String name, boolean folder, long files, long size, String sha256, boolean test) {}

    /** Paths of some artifacts whose bytes were not uploaded. */
    static List<String> missing(Handle handle, Collection<PublishedArtifact> artifacts) {
        return handle.createQuery(MISSING)
                .bindArray(
                        "paths",
                        String.class,
                        artifacts.stream().map(PublishedArtifact::path).toList())
                .bindArray(
                        "hashes",
                        String.class,
                        artifacts.stream().map(PublishedArtifact::sha256).toList())
                .bindArray(
                        "sizes",
                        Long.class,
                        artifacts.stream().map(PublishedArtifact::size).toList())
                .mapTo(String.class)
                .list();
    }

    /** Adds artifacts, the mark of their stage, and the wish that reports among them are read. */
    static void insert(Handle tx, JobRunId job, Collection<PublishedArtifact> artifacts) {
        tx.createQuery(INSERT)
                .bind("job", job.value())
                .bindArray(
                        "paths",
                        String.class,
                        artifacts.stream().map(PublishedArtifact::path).toList())
                .bindArray(
                        "hashes",
                        String.class,
                        artifacts.stream().map(PublishedArtifact::sha256).toList())
                .bindArray(
                        "sizes",
                        Long.class,
                        artifacts.stream().map(PublishedArtifact::size).toList())
                .bindArray(
                        "tests",
                        Boolean.class,
                        artifacts.stream().map(PublishedArtifact::test).toList())
                .mapTo(Long.class)
                .one();
    }

    static List<Artifact> all(Handle handle, JobRunId job, int most) {
        return handle.createQuery(ALL)
                .bind("job", job.value())
                .bind("most", most)
                .map((row, _) -> artifact(row.getString(1), row.getString(2), row.getLong(3), row.getBoolean(4)))
                .list();
    }

    /** When retention deleted the artifacts of the job's stage; null when they are there. */
    static @Nullable OffsetDateTime deletedAt(Handle handle, JobRunId job) {
        return handle.createQuery(PLACE)
                .bind("job", job.value())
                .map((row, _) -> Optional.ofNullable(row.getObject(1, OffsetDateTime.class)))
                .one()
                .orElse(null);
    }

    static Optional<Artifact> find(Handle handle, JobRunId job, String path) {
        return handle.createQuery(FIND)
                .bind("job", job.value())
                .bind("path", path)
                .map((row, _) -> artifact(row.getString(1), row.getString(2), row.getLong(3), row.getBoolean(4)))
                .findOne();
    }

    static boolean isFolder(Handle handle, JobRunId job, String path) {
        return handle.createQuery(IS_FOLDER)
                .bind("job", job.value())
                .bind("prefix", prefix(path))
                .mapTo(Boolean.class)
                .one();
    }

    /** What stands directly in a folder, by name. */
    static List<Entry> level(Handle handle, JobRunId job, String folder, @Nullable String after, int most) {
        return handle.createQuery(LEVEL)
                .bind("job", job.value())
                .bind("prefix", prefix(folder))
                .bind("after", after)
                .bind("most", most)
                .map((row, _) -> new Entry(
                        row.getString("name"),
                        row.getBoolean("folder"),
                        row.getLong("files"),
                        row.getLong("size"),
                        row.getString("sha256"),
                        row.getBoolean("test")))
                .list();
    }

    /** Files in a folder and below it, by path. */
    static List<Artifact> below(Handle handle, JobRunId job, String folder, @Nullable String after, int most) {
        return handle.createQuery(BELOW)
                .bind("job", job.value())
                .bind("prefix", prefix(folder))
                .bind("after", after)
                .bind("most", most)
                .map((row, _) -> artifact(row.getString(1), row.getString(2), row.getLong(3), row.getBoolean(4)))
                .list();
    }

    private static Artifact artifact(String path, String sha256, long size, boolean test) {
        return new Artifact(path, sha256, size, test);
    }

    private static String prefix(String folder) {
        return folder.isEmpty() ? "" : folder + "/";
    }
}
