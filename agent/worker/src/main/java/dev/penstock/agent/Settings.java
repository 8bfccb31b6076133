package dev.penstock.agent;

import dev.penstock.agent.server.ServerAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The settings of this agent: what the file says, and defaults for the rest. Immutable. */
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
        mistakes.addAll(settings.checkTogether());
        return mistakes.isEmpty() ? new Parsed.Ok(settings) : new Parsed.Broken(mistakes);
    }

    private static Stream<String> check(Setting setting, String value) {
        if (setting == Setting.SERVER_URL && ServerAddress.parse(value).isEmpty()) {
            return Stream.of("\"server.url\" is \"" + value
                    + "\"; it has to be http:// or https:// with a host, and nothing behind host and port");
        }
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
        if (text(Setting.AGENT_NAME).length() > 255) {
            mistakes.add("\"agent.name\" has more than 255 characters");
        }
        boolean key = !text(Setting.AGENT_AUTO_REGISTER_KEY).isEmpty();
        boolean file = !text(Setting.AGENT_AUTO_REGISTER_KEY_FILE).isEmpty();
        if (key && file) {
            mistakes.add("\"agent.auto-register-key\" and \"agent.auto-register-key-file\" are both set; keep one");
        }
        for (Setting only : List.of(Setting.AGENT_RESOURCES, Setting.AGENT_ENVIRONMENTS)) {
            if (!text(only).isEmpty() && !key && !file) {
                mistakes.add(
                        "\"" + only.key() + "\" is set without a registration key, and only with one does the server"
                                + " heed it; set it for this agent on the server");
            }
        }
        if (path(Setting.DATA_DIRECTORY).startsWith(path(Setting.WORK_DIRECTORY))) {
            mistakes.add("\"data.directory\" lies in \"work.directory\", which belongs to the jobs; move one of them");
        }
        return mistakes;
    }

    ServerAddress server() {
        return ServerAddress.parse(text(Setting.SERVER_URL)).orElseThrow();
    }

    /** The value as text, stripped; the default where the file has none. */
    String text(Setting setting) {
        return values.getOrDefault(setting, setting.defaultValue());
    }

    /** The value in bytes of a setting in MiB. */
    long bytesOfMebibytes(Setting setting) {
        return number(setting) * MEBIBYTE;
    }

    Duration seconds(Setting setting) {
        return Duration.ofSeconds(number(setting));
    }

    Path path(Setting setting) {
        return home.resolve(text(setting)).toAbsolutePath().normalize();
    }

    /** A path that need not be set. */
    Optional<Path> optionalPath(Setting setting) {
        return text(setting).isEmpty() ? Optional.empty() : Optional.of(path(setting));
    }

    List<String> list(Setting setting) {
        return Arrays.stream(text(setting).split(",", -1))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
    }

    List<Path> paths(Setting setting) {
        return list(setting).stream()
                .map(folder -> home.resolve(folder).toAbsolutePath().normalize())
                .toList();
    }

    private long number(Setting setting) {
        return Long.parseLong(text(setting));
    }

    Path home() {
        return home;
    }
}
