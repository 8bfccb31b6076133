package dev.penstock.bench;

import java.util.Arrays;

/** Several rounds of one measurement. */
final class Rounds {
    private Rounds() {}

    /** The median of all but the first, which is for the JIT. */
    static double median(double[] rounds) {
        double[] counted = Arrays.copyOfRange(rounds, rounds.length > 1 ? 1 : 0, rounds.length);
        Arrays.sort(counted);
        return counted[counted.length / 2];
    }
}
