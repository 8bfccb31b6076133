package dev.penstock.core.artifact.report;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.core.artifact.report.TestCase.Status;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.json.Json;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** What test reports said, as rows. */
final class ReportStore {
    private static final String NEXT = """
            SELECT job_run_id, requested_at
              FROM test_report_request
             ORDER BY requested_at
             LIMIT 1
            """;
    private static final String FILES = """
            SELECT path, sha256, size
              FROM artifact
             WHERE job_run_id = :job AND test AND lower(path) LIKE '%.xml'
             ORDER BY path COLLATE "C"
             LIMIT :most
            """;
    private static final String TAKE = """
            DELETE FROM test_report_request
             WHERE job_run_id = :job AND requested_at = :seen
            """;
    private static final String DELETE = """
            WITH cases AS (
                DELETE FROM test_case WHERE job_run_id = :job
            )
            DELETE FROM test_report WHERE job_run_id = :job
            """;
    private static final String INSERT = """
            INSERT INTO test_report (job_run_id, total, failed, errors, skipped, seconds, problems)
            VALUES (:job, :total, :failed, :errors, :skipped, :seconds, CAST(:problems AS jsonb))
            """;
    private static final String INSERT_CASE = """
            INSERT INTO test_case (job_run_id, ordinal, suite, name, status, seconds, message, detail)
            VALUES (:job, :ordinal, :suite, :name, :status, :seconds, :message, :detail)
            """;
    private static final String FIND = """
            SELECT total, failed, errors, skipped, seconds, problems
              FROM test_report
             WHERE job_run_id = :job
            """;
    private static final String IS_REQUESTED = """
            SELECT EXISTS (SELECT FROM test_report_request WHERE job_run_id = :job)
            """;
    private static final String CASES = """
            SELECT ordinal, suite, name, status, seconds, message, detail
              FROM test_case
             WHERE job_run_id = :job
               AND ordinal > :after
               AND (CAST(:status AS text) IS NULL OR status = :status)
             ORDER BY ordinal
             LIMIT :most
            """;
    private static final String TREND = """
            SELECT r.counter, r.label, s.counter AS stage_counter, s.state, s.scheduled_at,
                   sum(t.total) AS total, sum(t.failed) AS failed, sum(t.errors) AS errors,
                   sum(t.skipped) AS skipped, sum(t.seconds) AS seconds, count(*) AS jobs
              FROM (SELECT id, counter, label
                      FROM pipeline_run
                     WHERE pipeline_id = (SELECT id FROM pipeline WHERE name_key = lower(:pipeline))
                       AND counter < :before
                     ORDER BY counter DESC
                     LIMIT :looked) r
              JOIN stage_run s ON s.pipeline_run_id = r.id AND s.name_key = lower(:stage) AND s.latest
              JOIN job_run j ON j.stage_run_id = s.id AND (lower(j.job_name) = lower(:job) OR j.name_key = lower(:job))
              JOIN test_report t ON t.job_run_id = COALESCE(j.copied_from_id, j.id)
             GROUP BY r.counter, r.label, s.counter, s.state, s.scheduled_at
             ORDER BY r.counter DESC
             LIMIT :most
            """;

    /** So many runs are looked through for one page; most of them have a report, or none has. */
    private static final int LOOKED = 2_000;

    private static final int BATCH = 500;

    private ReportStore() {}

    /** A job whose reports are to be read. */
    record Request(JobRunId job, OffsetDateTime seen) {}

    /** A file that may be a report. */
    record ReportFile(String path, String sha256, long size) {}

    /** A case with its place in the order: bad ones come first. */
    record Numbered(int ordinal, TestCase test) {}

    /** @param jobs how many instances of the job are summed up */
    record TrendPoint(
            long counter,
            String label,
            int stageCounter,
            String state,
            OffsetDateTime scheduledAt,
            Totals totals,
            int jobs) {}

    /** The oldest request. */
    static Optional<Request> next(Handle handle) {
        return handle.createQuery(NEXT)
                .map((row, _) -> new Request(
                        new JobRunId(row.getLong("job_run_id")), row.getObject("requested_at", OffsetDateTime.class)))
                .findOne();
    }

    static List<ReportFile> files(Handle handle, JobRunId job, int most) {
        return handle.createQuery(FILES)
                .bind("job", job.value())
                .bind("most", most)
                .map((row, _) -> new ReportFile(row.getString("path"), row.getString("sha256"), row.getLong("size")))
                .list();
    }

    /** Clears a request; false when another server has, or when there is a newer one. */
    static boolean take(Handle tx, Request request) {
        return tx.createUpdate(TAKE)
                        .bind("job", request.job().value())
                        .bind("seen", request.seen())
                        .execute()
                == 1;
    }

    /** Saves what was read in place of what was there. */
    static void save(Handle tx, JobRunId of, Totals totals, List<String> problems, List<TestCase> cases) {
        long job = of.value();
        tx.createUpdate(DELETE).bind("job", job).execute();
        tx.createUpdate(INSERT)
                .bind("job", job)
                .bind("total", totals.total())
                .bind("failed", totals.failed())
                .bind("errors", totals.errors())
                .bind("skipped", totals.skipped())
                .bind("seconds", totals.seconds())
                .bind("problems", Json.write(problems))
                .execute();
        for (int begin = 0; begin < cases.size(); begin += BATCH) {
            PreparedBatch batch = tx.prepareBatch(INSERT_CASE);
            for (int i = begin; i < Math.min(begin + BATCH, cases.size()); i++) {
                TestCase test = cases.get(i);
                batch.bind("job", job)
                        .bind("ordinal", i + 1)
                        .bind("suite", test.suite())
                        .bind("name", test.name())
                        .bind("status", test.status().name())
                        .bind("seconds", test.seconds())
                        .bind("message", test.message())
                        .bind("detail", test.detail())
                        .add();
            }
            batch.execute();
        }
    }

    static Optional<Totals> totals(Handle handle, JobRunId job) {
        return handle.createQuery(FIND)
                .bind("job", job.value())
                .map((row, _) -> new Totals(
                        row.getInt("total"),
                        row.getInt("failed"),
                        row.getInt("errors"),
                        row.getInt("skipped"),
                        row.getDouble("seconds")))
                .findOne();
    }

    static List<String> problems(Handle handle, JobRunId job) {
        return handle.createQuery(FIND)
                .bind("job", job.value())
                .map((row, _) -> Json.read(row.getString("problems"), new TypeReference<List<String>>() {}))
                .findOne()
                .orElse(List.of());
    }

    static boolean isRequested(Handle handle, JobRunId job) {
        return handle.createQuery(IS_REQUESTED)
                .bind("job", job.value())
                .mapTo(Boolean.class)
                .one();
    }

    static List<Numbered> cases(Handle handle, JobRunId job, @Nullable Status status, long after, int most) {
        return handle.createQuery(CASES)
                .bind("job", job.value())
                .bind("status", status == null ? null : status.name())
                .bind("after", after)
                .bind("most", most)
                .map((row, _) -> new Numbered(
                        row.getInt("ordinal"),
                        new TestCase(
                                row.getString("suite"),
                                row.getString("name"),
                                Status.valueOf(row.getString("status")),
                                row.getDouble("seconds"),
                                row.getString("message"),
                                row.getString("detail"))))
                .list();
    }

    /** The newest runs of a stage with reports of a job, all its instances together. */
    static List<TrendPoint> trend(Handle handle, String pipeline, String stage, String job, long before, int most) {
        return handle.createQuery(TREND)
                .bind("pipeline", pipeline)
                .bind("stage", stage)
                .bind("job", job)
                .bind("before", before)
                .bind("looked", LOOKED)
                .bind("most", most)
                .map((row, _) -> new TrendPoint(
                        row.getLong("counter"),
                        row.getString("label"),
                        row.getInt("stage_counter"),
                        row.getString("state"),
                        row.getObject("scheduled_at", OffsetDateTime.class),
                        new Totals(
                                row.getInt("total"),
                                row.getInt("failed"),
                                row.getInt("errors"),
                                row.getInt("skipped"),
                                row.getDouble("seconds")),
                        row.getInt("jobs")))
                .list();
    }
}
