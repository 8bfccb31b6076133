package dev.penstock.bench;

/**
 * How much is measured.
 *
 * @param rounds of each latency and throughput; the first is thrown away, the median of the rest counts
 */
record Scale(
        String name,
        int rounds,
        int latencyJobs,
        int throughputJobs,
        int consoleLines,
        int idleAgents,
        int pipelines,
        int runsOfEach,
        int history) {
    static final Scale FULL = new Scale("full", 4, 60, 2000, 1_000_000, 1000, 2000, 20, 100_000);
    static final Scale QUICK = new Scale("quick", 2, 30, 300, 200_000, 300, 2000, 20, 40_000);

    @Override
    public String toString() {
        return name;
    }
}
