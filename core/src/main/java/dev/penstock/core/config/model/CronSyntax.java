package dev.penstock.core.config.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a text is a Quartz cron expression: seconds, minutes, hours, day of month, month, day of week, and a year. Pure. */
final class CronSyntax {
    private static final Pattern PART = Pattern.compile("(\\*|[A-Z0-9]+(?:-[A-Z0-9]+)?)(?:/(\\d{1,4}))?");
    private static final Pattern LAST_DAY = Pattern.compile("L(-\\d{1,2})?W?|\\d{1,2}W");
    private static final Pattern SOME_WEEKDAY = Pattern.compile("L|([A-Z]{3}|[1-7])(L|#[1-5])");
    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

    private static final List<Field> FIELDS = List.of(
            new Field("seconds", 0, 59, List.of()),
            new Field("minutes", 0, 59, List.of()),
            new Field("hours", 0, 23, List.of()),
            new Field("day of month", 1, 31, List.of()),
            new Field("month", 1, 12, MONTHS),
            new Field("day of week", 1, 7, DAYS),
            new Field("year", 1970, 2199, List.of()));

    private record Field(String name, int min, int max, List<String> words) {
        boolean isDayOfMonth() {
            return name.equals("day of month");
        }

        boolean isDayOfWeek() {
            return name.equals("day of week");
        }
    }

    private CronSyntax() {}

    /** What is wrong; empty when nothing is. */
    static Optional<String> mistake(String text) {
        String[] fields = text.strip().toUpperCase(Locale.ROOT).split("\\s+", -1);
        if (fields.length < 6 || fields.length > 7) {
            return Optional.of("\"" + text + "\" must have 6 or 7 fields: seconds, minutes, hours, day of month, month,"
                    + " day of week, and perhaps the year");
        }
        if (fields[3].equals("?") == fields[5].equals("?")) {
            return Optional.of("\"" + text + "\" must have \"?\" as either the day of month or the day of week");
        }
        for (int i = 0; i < fields.length; i++) {
            Field field = FIELDS.get(i);
            for (String part : fields[i].split(",", -1)) {
                if (!isPart(field, part)) {
                    return Optional.of("\"" + part + "\" is not a value for the " + field.name() + " of a timer");
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isPart(Field field, String part) {
        if (field.isDayOfMonth() && (part.equals("?") || LAST_DAY.matcher(part).matches())) {
            return true;
        }
        if (field.isDayOfWeek() && (part.equals("?") || isSomeWeekday(part))) {
            return true;
        }
        Matcher matcher = PART.matcher(part);
        if (!matcher.matches()) {
            return false;
        }
        String step = matcher.group(2);
        if (step != null && (Integer.parseInt(step) < 1 || Integer.parseInt(step) > field.max())) {
            return false;
        }
        if (matcher.group(1).equals("*")) {
            return true;
        }
        for (String value : matcher.group(1).split("-", -1)) {
            if (!isValue(field, value)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSomeWeekday(String part) {
        Matcher matcher = SOME_WEEKDAY.matcher(part);
        return matcher.matches() && (matcher.group(1) == null || isValue(FIELDS.get(5), matcher.group(1)));
    }

    private static boolean isValue(Field field, String value) {
        if (field.words().contains(value)) {
            return true;
        }
        return value.matches("\\d{1,4}")
                && Integer.parseInt(value) >= field.min()
                && Integer.parseInt(value) <= field.max();
    }
}
