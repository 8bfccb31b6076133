package dev.penstock.agent.json;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;

/**
 * Times as texts of RFC 3339, exactly as {@link Instant} writes and reads them. That goes through formatters, which cost a
 * tenth of a job's processor time while an agent is young. Pure.
 */
public final class Times {
    private static final int DAY_SECONDS = 86_400;

    /** Up to the seconds, and with nanoseconds. */
    private static final int SHORTEST = "0000-00-00T00:00:00Z".length();

    private static final int LONGEST = SHORTEST + 10;

    private Times() {}

    /** What {@link Instant#toString} says. */
    public static String text(Instant time) {
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(time.getEpochSecond(), DAY_SECONDS));
        if (date.getYear() < 0 || date.getYear() > 9999) {
            return time.toString();
        }
        var text = new char[LONGEST];
        put(text, 0, 4, date.getYear());
        text[4] = '-';
        put(text, 5, 2, date.getMonthValue());
        text[7] = '-';
        put(text, 8, 2, date.getDayOfMonth());
        text[10] = 'T';
        int ofDay = Math.floorMod(time.getEpochSecond(), DAY_SECONDS);
        put(text, 11, 2, ofDay / 3600);
        text[13] = ':';
        put(text, 14, 2, ofDay / 60 % 60);
        text[16] = ':';
        put(text, 17, 2, ofDay % 60);
        int end = SHORTEST - 1;
        int nanos = time.getNano();
        if (nanos != 0) {
            int digits = nanos % 1_000_000 == 0 ? 3 : nanos % 1_000 == 0 ? 6 : 9;
            text[end] = '.';
            put(text, end + 1, digits, digits == 3 ? nanos / 1_000_000 : digits == 6 ? nanos / 1_000 : nanos);
            end += 1 + digits;
        }
        text[end] = 'Z';
        return new String(text, 0, end + 1);
    }

    /**
     * What {@link Instant#parse} reads.
     *
     * @throws java.time.format.DateTimeParseException if it is none
     */
    static Instant instant(String text) {
        if (!isPlain(text)) {
            return Instant.parse(text);
        }
        try {
            LocalDate date = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
            int hour = number(text, 11, 13);
            int minute = number(text, 14, 16);
            int second = number(text, 17, 19);
            if (hour > 23 || minute > 59 || second > 59) {
                return Instant.parse(text);
            }
            int nanos = 0;
            for (int at = 20, unit = 100_000_000; at < text.length() - 1; at++, unit /= 10) {
                nanos += unit * (text.charAt(at) - '0');
            }
            return Instant.ofEpochSecond(date.toEpochDay() * DAY_SECONDS + hour * 3600L + minute * 60L + second, nanos);
        } catch (DateTimeException _) {
            return Instant.parse(text); // says why not
        }
    }

    /** Whether it has the shape of what {@link #text} writes, with digits where they belong. */
    private static boolean isPlain(String text) {
        int length = text.length();
        if (length < SHORTEST || length > LONGEST || length == SHORTEST + 1 || text.charAt(length - 1) != 'Z') {
            return false;
        }
        for (int at = 0; at < length - 1; at++) {
            char c = text.charAt(at);
            boolean fits = switch (at) {
                case 4, 7 -> c == '-';
                case 10 -> c == 'T';
                case 13, 16 -> c == ':';
                case 19 -> c == '.';
                default -> c >= '0' && c <= '9';
            };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int at = from; at < to; at++) {
            number = 10 * number + text.charAt(at) - '0';
        }
        return number;
    }

    private static void put(char[] text, int at, int count, int number) {
        int left = number;
        for (int i = at + count - 1; i >= at; i--) {
            text[i] = (char) ('0' + left % 10);
            left /= 10;
        }
    }
}
