package dev.penstock.core.artifact.report;

import dev.penstock.core.artifact.report.ReportStore.ReportFile;
import dev.penstock.core.artifact.report.ReportStore.Request;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.mask.SecretMask;
import dev.penstock.core.platform.xml.XmlException;
import dev.penstock.core.run.JobSecrets;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the test reports that jobs published, one job at a time. Two servers may read the same ones; one of them saves
 * what it found. A kill leaves the request, and the reports are read again.
 */
public final class ReportReader {
    private static final Logger log = LoggerFactory.getLogger(ReportReader.class);

    /** The most of one job (C-20); what is beyond is counted in no total, and said. */
    static final int MAX_CASES = 100_000;

    static final int MAX_FILES = 20_000;

    /** Some hundred megabytes of reports are a mistake of a pattern. */
    static final long MAX_TOTAL_BYTES = 500L << 20;

    /** Of texts of one job in memory and rows; a test suite that fails as a whole repeats its stack traces. */
    static final long MAX_TEXT_CHARS = 32L << 20;

    private static final int MAX_PROBLEMS = 50;

    private final Database database;
    private final Blobs blobs;
    private final JobSecrets secrets;

    /** Opens the bytes of an artifact. */
    @FunctionalInterface
    public interface Blobs {
        InputStream open(String sha256, long size) throws IOException;
    }

    /** @param secrets are not repeated, although the reports themselves may have them */
    public ReportReader(Database database, Blobs blobs, JobSecrets secrets) {
        this.database = database;
        this.blobs = blobs;
        this.secrets = secrets;
    }

    /** Reads the reports of one job; true when there was one. */
    public boolean step() {
        Optional<Request> request = database.read(ReportStore::next);
        if (request.isEmpty()) {
            return false;
        }
        Request found = request.get();
        var reading = new Reading(SecretMask.of(secrets.of(found.job())));
        database.read(handle -> ReportStore.files(handle, found.job(), MAX_FILES))
                .forEach(reading::add);
        reading.finish();
        database.useTransaction(tx -> {
            if (ReportStore.take(tx, found)) {
                ReportStore.save(tx, found.job(), Totals.of(reading.cases), reading.problems, reading.cases);
            }
        });
        log.atInfo()
                .addKeyValue("job", found.job().value())
                .addKeyValue("tests", reading.cases.size())
                .addKeyValue("problems", reading.problems.size())
                .log("Test reports read");
        return true;
    }

    /** What came out of the reports of one job so far. */
    private final class Reading {
        private final SecretMask mask;
        private final List<TestCase> cases = new ArrayList<>();
        private final List<String> problems = new ArrayList<>();
        private long bytes;
        private long textChars;
        private int reports;
        private int others;
        private int dropped;

        private Reading(SecretMask mask) {
            this.mask = mask;
        }

        private void add(ReportFile file) {
            if (bytes + file.size() > MAX_TOTAL_BYTES) {
                problem(file, "all reports together have more than " + (MAX_TOTAL_BYTES >> 20) + " MiB");
                return;
            }
            bytes += file.size();
            try (InputStream in = blobs.open(file.sha256(), file.size())) {
                if (JunitReport.read(in, this::add)) {
                    reports++;
                } else {
                    others++;
                }
            } catch (XmlException | PenstockException | IOException e) {
                // One file must not keep the others of this job, or other jobs, from being read.
                problem(file, String.valueOf(e.getMessage()));
            }
        }

        private void add(TestCase test) {
            if (cases.size() >= MAX_CASES) {
                dropped++;
                return;
            }
            textChars += test.suite().length() + test.name().length() + length(test.message()) + length(test.detail());
            String detail = textChars > MAX_TEXT_CHARS ? null : test.detail();
            cases.add(new TestCase(
                    mask.masked(test.suite()),
                    mask.masked(test.name()),
                    test.status(),
                    test.seconds(),
                    masked(test.message()),
                    masked(detail)));
        }

        private @Nullable String masked(@Nullable String text) {
            return text == null ? null : mask.masked(text);
        }

        private static long length(@Nullable String text) {
            return text == null ? 0 : text.length();
        }

        private void problem(ReportFile file, String why) {
            if (problems.size() < MAX_PROBLEMS) {
                problems.add("\"" + file.path() + "\" cannot be read: " + why);
            }
        }

        private void finish() {
            if (dropped > 0) {
                problems.add("There are more than " + MAX_CASES + " tests: " + dropped + " are left out");
            }
            if (reports == 0 && problems.isEmpty()) {
                problems.add(
                        others == 0
                                ? "There is no XML file among the test artifacts"
                                : "None of the " + others + " XML files among the test artifacts is a JUnit report");
            }
            // Bad ones first, then as they were run.
            cases.sort(Comparator.comparing(test -> !test.status().isBad()));
        }
    }
}
