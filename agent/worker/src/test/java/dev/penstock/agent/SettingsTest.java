package dev.penstock.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

final class SettingsTest {
    private static final Path HOME = Path.of("/opt/agent");

    @Test
    void hasADefaultForEverySetting() {
        Settings settings = ok();

        assertThat(settings.server()).hasToString("http://127.0.0.1:8153");
        assertThat(settings.path(Setting.WORK_DIRECTORY)).isEqualTo(Path.of("/opt/agent/pipelines"));
        assertThat(settings.optionalPath(Setting.SERVER_TRUST_FILE)).isEmpty();
        assertThat(settings.list(Setting.AGENT_RESOURCES)).isEmpty();
    }

    @Test
    void readsWhatTheFileSays() {
        Settings settings = ok(
                "# comment",
                "",
                " server.url =https://ci.example ",
                "agent.resources = a, b c ,",
                "work.directory=/srv/w",
                "agent.auto-register-key=k");

        assertThat(settings.server()).hasToString("https://ci.example");
        assertThat(settings.list(Setting.AGENT_RESOURCES)).containsExactly("a", "b c");
        assertThat(settings.path(Setting.WORK_DIRECTORY)).isEqualTo(Path.of("/srv/w"));
    }

    @Test
    void saysAllMistakesWithTheirLinesAtOnce() {
        List<String> mistakes = broken(
                "server.url = ci.example:8153",
                "agent.nmae = x",
                "nonsense",
                "console.spool-mebibytes = 0",
                "agent.resources = a",
                "agent.name = x",
                "agent.name = y",
                "data.directory = pipelines/data");

        assertThat(mistakes)
                .containsExactly(
                        "Line 1: \"server.url\" is \"ci.example:8153\"; it has to be http:// or https:// with a host, and"
                                + " nothing behind host and port",
                        "Line 2: there is no setting \"agent.nmae\"; did you mean \"agent.name\"?",
                        "Line 3: \"nonsense\" is not of the form key = value",
                        "Line 4: \"console.spool-mebibytes\" takes a whole number from 1 to 1048576, not \"0\"",
                        "Line 7: \"agent.name\" was set before",
                        "\"agent.resources\" is set without a registration key, and only with one does the server heed it;"
                                + " set it for this agent on the server",
                        "\"data.directory\" lies in \"work.directory\", which belongs to the jobs; move one of them");
    }

    @Test
    void refusesAddressesThatAreMoreThanAServer() {
        for (String url : List.of(
                "http://",
                "ftp://a",
                "http://a/b",
                "http://a?x",
                "http://u:p@a",
                "http://a#f",
                "http://a:70000",
                "a b")) {
            assertThat(broken("server.url = " + url)).as(url).hasSize(1);
        }
        assertThat(ok("server.url = http://[::1]:8153/").server()).hasToString("http://[::1]:8153");
    }

    @Test
    void isDocumentedAsItIs() throws IOException {
        String documented = Files.readString(Path.of("../../docs/agent.md"));

        for (Setting setting : Setting.values()) {
            assertThat(documented).contains(row(setting));
        }
    }

    private static String row(Setting setting) {
        String limits = setting.kind() == Setting.Kind.NUMBER
                ? String.format(Locale.ROOT, " From %,d to %,d.", setting.min(), setting.max())
                : "";
        String given = setting.defaultValue().isEmpty() ? "" : "`" + setting.defaultValue() + "`";
        return "| `" + setting.key() + "` | " + given + " | " + setting.help() + limits + " |";
    }

    private static Settings ok(String... lines) {
        return ((Settings.Parsed.Ok) Settings.parse(HOME, Arrays.asList(lines))).settings();
    }

    private static List<String> broken(String... lines) {
        return ((Settings.Parsed.Broken) Settings.parse(HOME, Arrays.asList(lines))).mistakes();
    }
}
