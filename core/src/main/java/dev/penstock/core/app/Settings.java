package dev.penstock.core.app;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The settings of this server: what the file says, and defaults for the rest. Immutable. */
public final class Settings {
    private static final long MEBIBYTE = 1L << 20;

    private final Path home;
    private final Map<Setting, String> values;

    private Settings(Path home, Map<Setting, String> values) {
        this.home = home;
        this.values = values;
    }

    /** What became of a file. */
    public sealed interface Parsed {
        /** The settings hold. */
        record Ok(Settings settings) implements Parsed {}

        /** The file has mistakes: all of them, each with its line. */
        record Broken(List<String> mistakes) implements Parsed {
            public Broken {
                mistakes = List.copyOf(mistakes);
            }
        }
    }

    /**
     * Reads the lines of a settings file: {@code key = value}, UTF-8; empty lines and lines that begin with {@code #}
     * are passed over.
     *
     * @param home the folder at which relative paths begin
     */
    public static Parsed parse(Path home, List<String> lines) {
        Map<String, Setting> known = new HashMap<>();
        for (Setting setting : Setting.values()) {
            known.put(setting.key(), setting);
        }
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        List<String> mistakes = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String where = "Line " + (i + 1) + ": ";
            int equals = line.indexOf('=');
            if (equals < 0) {
                mistakes.add(where + "\"" + line + "\" is not of the form key = value");
                continue;
            }
            String key = line.substring(0, equals).strip();
            Setting setting = known.get(key);
            if (setting == null) {
                mistakes.add(where + "there is no setting \"" + key + "\"" + Suggestion.of(key, known.keySet()));
            } else if (values.put(setting, line.substring(equals + 1).strip()) != null) {
                mistakes.add(where + "\"" + key + "\" was set before");
            } else {
                check(setting, values.getOrDefault(setting, "")).forEach(mistake -> mistakes.add(where + mistake));
            }
        }
        var settings = new Settings(home, values);
        settings.checkTogether().forEach(mistakes::add);
        return mistakes.isEmpty() ? new Parsed.Ok(settings) : new Parsed.Broken(mistakes);
    }

    private static Stream<String> check(Setting setting, String value) {
        if (setting.kind() != Setting.Kind.NUMBER) {
            return Stream.empty();
        }
        try {
            long number = Long.parseLong(value);
            if (number >= setting.min() && number <= setting.max()) {
                return Stream.empty();
            }
        } catch (NumberFormatException _) {
            // Said below, in the same words as for a number out of range.
        }
        return Stream.of("\"" + setting.key() + "\" takes a whole number from " + setting.min() + " to " + setting.max()
                + ", not \"" + value + "\"");
    }

    private List<String> checkTogether() {
        List<String> mistakes = new ArrayList<>();
        String host = text(Setting.HTTP_HOST);
        try {
            if (!InetAddress.getByName(host).isLoopbackAddress()) {
                mistakes.add("\"http.host\" is \"" + host + "\": until login exists the server listens on a loopback"
                        + " address only; use 127.0.0.1, and an SSH tunnel or a proxy with login in front of it");
            }
        } catch (UnknownHostException _) {
            mistakes.add("\"http.host\" is \"" + host + "\", which is not an address of this machine");
        }
        if (!text(Setting.SITE_URL).isEmpty() && !isSite(text(Setting.SITE_URL))) {
            mistakes.add("\"site.url\" is \"" + text(Setting.SITE_URL)
                    + "\"; it has to be http:// or https:// with a host and nothing after it");
        }
        String database = text(Setting.DATABASE_URL);
        if (database.isEmpty()) {
            for (Setting only : List.of(Setting.DATABASE_USER, Setting.DATABASE_PASSWORD_FILE)) {
                if (!text(only).isEmpty()) {
                    mistakes.add(
                            "\"" + only.key() + "\" is set without \"database.url\"; the embedded database needs none");
                }
            }
        } else if (!database.startsWith("jdbc:postgresql://")) {
            mistakes.add("\"database.url\" is \"" + database + "\"; it has to begin with jdbc:postgresql://");
        } else if (text(Setting.DATABASE_USER).isEmpty()) {
            mistakes.add("\"database.url\" is set, and \"database.user\" is not");
        }
        checkPurge(Setting.CONSOLE_PURGE_BELOW_MEBIBYTES, Setting.CONSOLE_PURGE_UNTIL_MEBIBYTES, mistakes);
        checkPurge(Setting.ARTIFACTS_PURGE_BELOW_MEBIBYTES, Setting.ARTIFACTS_PURGE_UNTIL_MEBIBYTES, mistakes);
        return mistakes;
    }

    private void checkPurge(Setting below, Setting until, List<String> mistakes) {
        if (isNumber(below) && isNumber(until) && number(below) > number(until)) {
            mistakes.add("\"" + until.key() + "\" has to be at least \"" + below.key() + "\"");
        }
    }

    private boolean isNumber(Setting setting) {
        return check(setting, text(setting)).findAny().isEmpty();
    }

    private static boolean isSite(String url) {
        try {
            URI uri = new URI(url);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            return web && uri.getHost() != null && uri.getPath().isEmpty() && uri.getQuery() == null;
        } catch (URISyntaxException _) {
            return false;
        }
    }

    /** The value as text, stripped; the default where the file has none. */
    String text(Setting setting) {
        return values.getOrDefault(setting, setting.defaultValue());
    }

    int wholeNumber(Setting setting) {
        return Math.toIntExact(number(setting));
    }

    /** The value in bytes of a setting in MiB. */
    long bytesOfMebibytes(Setting setting) {
        return number(setting) * MEBIBYTE;
    }

    Duration seconds(Setting setting) {
        return Duration.ofSeconds(number(setting));
    }

    Duration minutes(Setting setting) {
        return Duration.ofMinutes(number(setting));
    }

    Duration days(Setting setting) {
        return Duration.ofDays(number(setting));
    }

    Path path(Setting setting) {
        return home.resolve(text(setting)).toAbsolutePath().normalize();
    }

    List<Path> paths(Setting setting) {
        return Arrays.stream(text(setting).split(",", -1))
                .map(String::strip)
                .filter(folder -> !folder.isEmpty())
                .map(folder -> home.resolve(folder).toAbsolutePath().normalize())
                .toList();
    }

    /** How people and agents reach the server; where it listens when nothing else is set. */
    URI site(URI listening) {
        return text(Setting.SITE_URL).isEmpty() ? listening : URI.create(text(Setting.SITE_URL));
    }

    private long number(Setting setting) {
        return Long.parseLong(text(setting));
    }

    Path home() {
        return home;
    }
}
