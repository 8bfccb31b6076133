package dev.penstock.core.artifact.report;

import java.util.List;

/** How many tests came out how; {@code total} counts all of them. */
record Totals(int total, int failed, int errors, int skipped, double seconds) {

    static Totals of(List<TestCase> cases) {
        int failed = 0;
        int errors = 0;
        int skipped = 0;
        double seconds = 0;
        for (TestCase test : cases) {
            seconds += test.seconds();
            switch (test.status()) {
                case PASSED -> {}
                case FAILED -> failed++;
                case ERROR -> errors++;
                case SKIPPED -> skipped++;
            }
        }
        return new Totals(cases.size(), failed, errors, skipped, seconds);
    }
}
