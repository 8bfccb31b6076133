package dev.penstock.bench;

import org.jspecify.annotations.Nullable;

/**
 * One line of the table.
 *
 * @param id as in the performance goals: P1, P2c
 * @param metric what was measured
 * @param figure what this server did, with its unit
 * @param limit what the machine, or the least possible server, did in the same run; null where there is none
 * @param factor figure by limit, the larger the worse; null where there is no limit
 * @param goal what the factor or the figure has to reach
 * @param reached whether it did
 */
record Row(
        String id,
        String metric,
        String figure,
        @Nullable String limit,
        @Nullable Double factor,
        String goal,
        boolean reached) {}
