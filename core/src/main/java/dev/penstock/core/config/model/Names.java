package dev.penstock.core.config.model;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The alphabet of names and their canonical key. Names that differ only in case are one name; because the alphabet is
 * ASCII, {@link #key} agrees with {@code lower()} of the database and knows no dotless i.
 */
public final class Names {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254}");

    /** What a name may be, for messages. */
    public static final String RULE =
            "letters, digits, \"_\", \"-\" and \".\", not with a \".\" first, at most 255 characters";

    private Names() {}

    /** Whether the text is a name. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** The form in which names are compared and looked up. */
    public static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
