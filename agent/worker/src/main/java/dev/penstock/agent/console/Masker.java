package dev.penstock.agent.console;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Masks secrets in a stream of bytes that arrives in pieces, wherever the pieces end: every byte that is part of a secret
 * is left out, and each run of overlapping secrets leaves one {@code ********}. What may become a secret is held back
 * until the next piece or the end. Used by one thread at a time.
 */
final class Masker {
    private static final byte[] REPLACEMENT = Secrets.REPLACEMENT.getBytes(StandardCharsets.US_ASCII);

    private final Secrets secrets;
    private int node;
    private byte[] work = new byte[0];
    /** Bytes at the beginning of {@code work} that were not given out: the present node's depth. */
    private int held;

    /** Secrets found in {@code work} that were not given out: from, to; in order, without overlap. */
    private int[] spans = new int[16];

    private int spanCount;
    /** The first span's replacement was given out with an earlier piece. */
    private boolean begun;

    /** Takes what is left. */
    @FunctionalInterface
    interface Sink {
        void accept(byte[] bytes, int offset, int length);
    }

    Masker(Secrets secrets) {
        this.secrets = secrets;
    }

    void feed(byte[] bytes, int offset, int length, Sink sink) {
        if (secrets.isEmpty()) {
            sink.accept(bytes, offset, length);
            return;
        }
        int end = held + length;
        if (work.length < end) {
            work = Arrays.copyOf(work, end);
        }
        System.arraycopy(bytes, offset, work, held, length);
        scan(held, end);
        give(end - secrets.depth(node), end, sink);
    }

    /** The end of the stream: what was held back is no secret. */
    void finish(Sink sink) {
        node = 0;
        give(held, held, sink);
    }

    private void scan(int from, int end) {
        int at = from;
        int here = node;
        while (at < end) {
            if (here == 0) {
                while (at < end && !secrets.begins(work[at])) {
                    at++;
                }
                if (at == end) {
                    break;
                }
            }
            here = secrets.next(here, work[at++]);
            int found = secrets.longest(here);
            if (found > 0) {
                cover(at - found, at);
            }
        }
        node = here;
    }

    private void cover(int from, int to) {
        int start = from;
        // Ends only grow, so whatever begins later lies within this one.
        while (spanCount > 0 && spans[2 * spanCount - 2] >= from) {
            spanCount--;
        }
        if (spanCount > 0 && spans[2 * spanCount - 1] > from) {
            spanCount--;
            start = spans[2 * spanCount];
        }
        if (2 * spanCount == spans.length) {
            spans = Arrays.copyOf(spans, 2 * spans.length);
        }
        spans[2 * spanCount] = start;
        spans[2 * spanCount + 1] = to;
        spanCount++;
    }

    /** Gives out what lies before {@code settled}, and keeps the rest. */
    private void give(int settled, int end, Sink sink) {
        int done = 0;
        int kept = 0;
        for (int i = 0; i < spanCount; i++) {
            int from = spans[2 * i];
            int to = spans[2 * i + 1];
            if (from < settled) {
                if (from > done) {
                    sink.accept(work, done, from - done);
                }
                if (!begun) {
                    sink.accept(REPLACEMENT, 0, REPLACEMENT.length);
                }
                done = Math.min(to, settled);
                begun = to > settled;
            }
            if (to > settled) {
                spans[2 * kept] = Math.max(0, from - settled);
                spans[2 * kept + 1] = to - settled;
                kept++;
            }
        }
        spanCount = kept;
        if (settled > done) {
            sink.accept(work, done, settled - done);
        }
        System.arraycopy(work, settled, work, 0, end - settled);
        held = end - settled;
    }
}
