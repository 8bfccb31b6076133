package dev.penstock.core.ops;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where an event stands in the order of the stream: by its transaction, then by its number. Numbers alone would not do,
 * because a transaction may commit after one that began, and numbered its events, later.
 */
record EventPosition(long transaction, long id) implements Comparable<EventPosition> {
    static final EventPosition BEGINNING = new EventPosition(0, 0);

    private static final Comparator<EventPosition> ORDER =
            Comparator.comparingLong(EventPosition::transaction).thenComparingLong(EventPosition::id);
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

    /** Reads what {@link #toString()} wrote. */
    static Optional<EventPosition> parse(String text) {
        var matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(new EventPosition(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    @Override
    public int compareTo(EventPosition other) {
        return ORDER.compare(this, other);
    }

    boolean isAfter(EventPosition other) {
        return compareTo(other) > 0;
    }

    /** The id of the event in a stream, which a client says again to go on. */
    @Override
    public String toString() {
        return transaction + "-" + id;
    }
}
