package dev.penstock.core.material;

import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.json.Json;
import dev.penstock.plugin.material.Revision;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Revisions as rows, in the order of their arrival, which is the order that counts: authors' clocks do not. */
public final class RevisionStore {
    /** The most files that are kept of one revision: one with so many has changed more than is known. */
    public static final int MAX_FILES = 10_000;

    private static final int MAX_REVISION_CHARS = 255;
    private static final int MAX_AUTHOR_CHARS = 255;
    private static final int MAX_COMMENT_CHARS = 64 << 10;
    private static final int MAX_PATH_CHARS = 4_096;

    /** A poll that finds more keeps the newest ones: a run that shows ten thousand changes shows none. */
    private static final int MAX_REVISIONS = 10_000;

    /** Revisions in one statement. */
    private static final int BATCH = 200;

    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private static final String NEWEST = """
            SELECT revision
              FROM modification
             WHERE material_id = :material
             ORDER BY id DESC
             LIMIT 1
            """;

    private static final String APPEND = """
            INSERT INTO modification (material_id, revision, author, comment, authored_at, files)
            SELECT :material, r.body ->> 'revision', r.body ->> 'author', r.body ->> 'comment',
                   CAST(r.body ->> 'authored_at' AS timestamptz), r.body -> 'files'
              FROM jsonb_array_elements(CAST(:revisions AS jsonb)) WITH ORDINALITY AS r (body, n)
             ORDER BY r.n
            """;

    private static final String APPEND_UPSTREAM = """
            INSERT INTO modification (material_id, revision, author, comment, authored_at)
            SELECT m.id, concat_ws('/', p.name, r.counter, s.name, s.counter), r.cause_by, r.label, now()
              FROM pipeline p
              JOIN material m ON m.repository = :prefix || p.name_key || '/' || :stage
              JOIN pipeline_run r ON r.id = :run
              JOIN stage_run s ON s.pipeline_run_id = r.id AND s.name_key = :stage AND s.counter = :counter
             WHERE p.id = :pipeline
            RETURNING material_id
            """;

    private RevisionStore() {}

    /** A revision's row. */
    private record NewRow(String revision, String author, String comment, Instant authoredAt, List<File> files) {}

    /** @param action ADDED, MODIFIED or DELETED */
    record File(String path, String action) {}

    static Optional<String> newest(Handle handle, MaterialId material) {
        return handle.createQuery(NEWEST)
                .bind("material", material.value())
                .mapTo(String.class)
                .findOne();
    }

    /** Appends revisions, oldest first. The caller holds the lock of the material. */
    static void append(Handle tx, MaterialId material, List<Revision> revisions) {
        List<Revision> kept = revisions.subList(Math.max(0, revisions.size() - MAX_REVISIONS), revisions.size());
        for (int from = 0; from < kept.size(); from += BATCH) {
            List<NewRow> rows = kept.subList(from, Math.min(from + BATCH, kept.size())).stream()
                    .map(RevisionStore::row)
                    .toList();
            tx.createUpdate(APPEND)
                    .bind("material", material.value())
                    .bind("revisions", Json.write(rows))
                    .execute();
        }
    }

    static List<MaterialId> appendUpstream(Handle tx, UpstreamRevisions.Passed passed) {
        return tx.createQuery(APPEND_UPSTREAM)
                .bind("prefix", MaterialIdentity.UPSTREAM_PREFIX)
                .bind("stage", passed.stageKey())
                .bind("run", passed.run().value())
                .bind("counter", passed.stageCounter())
                .bind("pipeline", passed.pipeline().value())
                .map((row, _) -> new MaterialId(row.getLong("material_id")))
                .list();
    }

    private static NewRow row(Revision revision) {
        return new NewRow(
                line(revision.id(), MAX_REVISION_CHARS),
                line(revision.author(), MAX_AUTHOR_CHARS),
                text(revision.comment(), MAX_COMMENT_CHARS),
                time(revision.time()),
                revision.files().stream()
                        .limit(MAX_FILES)
                        .map(file -> new File(
                                text(file.path(), MAX_PATH_CHARS), file.action().name()))
                        .toList());
    }

    private static Instant time(Instant time) {
        if (time.isBefore(EARLIEST)) {
            return EARLIEST;
        }
        return time.isAfter(LATEST) ? LATEST : time;
    }

    private static String line(String text, int limit) {
        return text(text, limit).replace('\n', ' ').replace('\r', ' ');
    }

    /** What the database takes: no NUL, no half of a character, not more than the limit. */
    static String text(String text, int limit) {
        String cut = text.length() <= limit ? text : text.substring(0, limit);
        return new String(cut.replace('\0', '\uFFFD').getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
