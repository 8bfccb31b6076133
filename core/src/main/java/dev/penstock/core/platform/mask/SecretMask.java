package dev.penstock.core.platform.mask;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Finds secrets in bytes and writes stars over them, as many as they have bytes, so that offsets stay. Time is linear in
 * the bytes for all but the strangest secrets; memory in the secrets. Immutable.
 */
public final class SecretMask {
    /** Finds nothing. */
    public static final SecretMask NONE = new SecretMask(List.of());

    private static final int KEY_BYTES = 4;
    private static final int FILTER_BITS = 16;

    /** By their first four bytes, longest first. */
    private final Map<Integer, List<byte[]>> patterns = new HashMap<>();
    /** Whether any pattern begins so: answers no for nearly all bytes of a log. */
    private final long[] filter = new long[1 << (FILTER_BITS - 6)];

    private final int longest;

    private SecretMask(Collection<byte[]> all) {
        int length = 0;
        for (byte[] pattern : all) {
            int key = key(pattern, 0);
            patterns.computeIfAbsent(key, _ -> new ArrayList<>()).add(pattern);
            filter[hash(key) >>> 6] |= 1L << hash(key);
            length = Math.max(length, pattern.length);
        }
        patterns.values()
                .forEach(list -> list.sort(
                        Comparator.comparingInt((byte[] p) -> p.length).reversed()));
        longest = length;
    }

    /** @param secrets values in clear; those that are too short to be told from words are passed over */
    public static SecretMask of(Collection<String> secrets) {
        var forms = new TreeSet<byte[]>(Arrays::compare);
        for (String secret : secrets) {
            for (String form : SecretForms.of(secret)) {
                forms.add(form.getBytes(StandardCharsets.UTF_8));
            }
        }
        return forms.isEmpty() ? NONE : new SecretMask(forms);
    }

    public boolean isEmpty() {
        return longest == 0;
    }

    /** The length of the longest form, in bytes. */
    public int longest() {
        return longest;
    }

    /** As {@link #mask(byte[], int, int)}, of all bytes. */
    public int mask(byte[] bytes) {
        return mask(bytes, 0, bytes.length);
    }

    /** Writes stars over all secrets between two places; answers where the first one began, or -1 when there was none. */
    public int mask(byte[] bytes, int from, int to) {
        if (to - from < KEY_BYTES) {
            return -1;
        }
        int first = -1;
        // Stars are written behind the search, because secrets may overlap.
        int begin = from;
        int end = from;
        // The four bytes at a place are those of the place before, moved by one: one byte is read for each place.
        int key = key(bytes, from) << 8;
        for (int at = from; at + KEY_BYTES <= to; at++) {
            key = (key >>> 8) | (bytes[at + KEY_BYTES - 1] & 0xFF) << 24;
            int hash = hash(key);
            if ((filter[hash >>> 6] & (1L << hash)) == 0) {
                continue;
            }
            int length = matchAt(bytes, at, to, key);
            if (length == 0) {
                continue;
            }
            first = first < 0 ? at : first;
            if (at >= end) {
                Arrays.fill(bytes, begin, end, (byte) '*');
                begin = at;
            }
            end = Math.max(end, at + length);
        }
        Arrays.fill(bytes, begin, end, (byte) '*');
        return first;
    }

    /** A text with stars over its secrets. */
    public String masked(String text) {
        if (isEmpty()) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return mask(bytes) < 0 ? text : new String(bytes, StandardCharsets.UTF_8);
    }

    private int matchAt(byte[] bytes, int at, int to, int key) {
        for (byte[] pattern : patterns.getOrDefault(key, List.of())) {
            if (at + pattern.length <= to
                    && Arrays.equals(bytes, at, at + pattern.length, pattern, 0, pattern.length)) {
                return pattern.length;
            }
        }
        return 0;
    }

    /** How many of the last bytes may be the beginning of a secret whose rest has not come yet. */
    public int openSuffix(byte[] bytes, int count) {
        for (int at = Math.max(0, count - longest + 1); at < count; at++) {
            int length = count - at;
            for (List<byte[]> list : candidates(bytes, at, length)) {
                for (byte[] pattern : list) {
                    if (pattern.length > length && Arrays.equals(bytes, at, count, pattern, 0, length)) {
                        return length;
                    }
                }
            }
        }
        return 0;
    }

    private Collection<List<byte[]>> candidates(byte[] bytes, int at, int length) {
        if (length < KEY_BYTES) {
            return patterns.values();
        }
        List<byte[]> same = patterns.get(key(bytes, at));
        return same == null ? List.of() : List.of(same);
    }

    private static int key(byte[] bytes, int at) {
        return (bytes[at] & 0xFF)
                | (bytes[at + 1] & 0xFF) << 8
                | (bytes[at + 2] & 0xFF) << 16
                | (bytes[at + 3] & 0xFF) << 24;
    }

    private static int hash(int key) {
        return (key * 0x9E3779B1) >>> (32 - FILTER_BITS);
    }
}
