package dev.penstock.agent.console;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The secrets of a job as one automaton (Aho and Corasick) over bytes, which finds all of them in one pass, however many
 * there are. Immutable; {@link Masker} walks it.
 */
public final class Secrets {
    /** What stands in the place of a secret. */
    static final String REPLACEMENT = "********";

    private static final int ROOT = 0;
    private static final Secrets NONE = new Secrets(List.of(), true);

    /** Open addressing, because most nodes have one edge: key is node and byte, in a table at most half full. */
    private final int[] edgeKeys;

    private final int[] edgeTargets;
    private int edges;
    private final int[] fromRoot = new int[256];
    private final int[] fail;
    private final int[] depth;
    /** Of the longest pattern that ends in a node; 0 when none does. */
    private final int[] longest;

    private int nodes = 1;
    private final boolean complete;

    private Secrets(List<byte[]> patterns, boolean complete) {
        this.complete = complete;
        int most = 1 + patterns.stream().mapToInt(pattern -> pattern.length).sum();
        fail = new int[most];
        depth = new int[most];
        longest = new int[most];
        int table = Integer.highestOneBit(Math.max(4, 2 * most)) * 2;
        edgeKeys = new int[table];
        edgeTargets = new int[table];
        Arrays.fill(edgeKeys, -1);
        patterns.forEach(this::add);
        link();
    }

    /** For these values, in all forms in which they are looked for. */
    public static Secrets of(Collection<String> values) {
        SecretForms.Found found = SecretForms.of(values);
        return new Secrets(found.patterns(), found.complete());
    }

    /** For exactly these bytes. */
    static Secrets ofPatterns(List<byte[]> patterns) {
        return new Secrets(patterns, true);
    }

    /** Without any. */
    public static Secrets none() {
        return NONE;
    }

    /** Whether all forms are looked for; false when the values are so long that the rarer ones are not. */
    public boolean isComplete() {
        return complete;
    }

    /** A text with its secrets masked. */
    public String masked(String text) {
        if (nodes == 1) {
            return text;
        }
        var out = new ByteArrayOutputStream(text.length() + 16);
        var masker = new Masker(this);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        masker.feed(bytes, 0, bytes.length, out::write);
        masker.finish(out::write);
        return out.toString(StandardCharsets.UTF_8);
    }

    boolean isEmpty() {
        return nodes == 1;
    }

    /** Whether a pattern begins with that byte. */
    boolean begins(byte b) {
        return fromRoot[b & 0xff] != ROOT;
    }

    /** Where a byte leads. */
    int next(int node, byte b) {
        int at = node;
        while (at != ROOT) {
            int target = edge(at, b);
            if (target >= 0) {
                return target;
            }
            at = fail[at];
        }
        return fromRoot[b & 0xff];
    }

    int depth(int node) {
        return depth[node];
    }

    int longest(int node) {
        return longest[node];
    }

    private void add(byte[] pattern) {
        int node = ROOT;
        for (byte b : pattern) {
            int target = node == ROOT ? fromRoot[b & 0xff] : edge(node, b);
            if (target <= ROOT) {
                target = nodes++;
                depth[target] = depth[node] + 1;
                if (node == ROOT) {
                    fromRoot[b & 0xff] = target;
                } else {
                    put(node, b, target);
                }
            }
            node = target;
        }
        longest[node] = pattern.length;
    }

    /** Sets, breadth first, where to go on when a byte does not fit. */
    private void link() {
        var first = new int[nodes];
        var following = new int[nodes];
        var bytes = new byte[nodes];
        for (int i = 0; i < edgeKeys.length; i++) {
            if (edgeKeys[i] >= 0) {
                int parent = edgeKeys[i] >>> 8;
                int child = edgeTargets[i];
                bytes[child] = (byte) edgeKeys[i];
                following[child] = first[parent];
                first[parent] = child;
            }
        }
        var queue = new ArrayDeque<Integer>();
        for (int child : fromRoot) {
            if (child != ROOT) {
                queue.add(child);
            }
        }
        while (!queue.isEmpty()) {
            int node = queue.remove();
            for (int child = first[node]; child != 0; child = following[child]) {
                fail[child] = next(fail[node], bytes[child]);
                longest[child] = Math.max(longest[child], longest[fail[child]]);
                queue.add(child);
            }
        }
    }

    private int edge(int node, byte b) {
        int key = node << 8 | (b & 0xff);
        for (int i = slot(key); edgeKeys[i] >= 0; i = (i + 1) & (edgeKeys.length - 1)) {
            if (edgeKeys[i] == key) {
                return edgeTargets[i];
            }
        }
        return -1;
    }

    private void put(int node, byte b, int target) {
        int key = node << 8 | (b & 0xff);
        int i = slot(key);
        while (edgeKeys[i] >= 0) {
            i = (i + 1) & (edgeKeys.length - 1);
        }
        edgeKeys[i] = key;
        edgeTargets[i] = target;
        edges++;
    }

    private int slot(int key) {
        int mixed = key * 0x9E3779B1;
        return (mixed ^ mixed >>> 15) & (edgeKeys.length - 1);
    }

    /** Never what is looked for. */
    @Override
    public String toString() {
        return edges + " bytes of secrets";
    }
}
