package dev.penstock.core.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static final Path HOME = Path.of("/opt/penstock");

    @Test
    void anEmptyFileMeansDefaults() {
        Settings settings = ok();

        assertThat(settings.wholeNumber(Setting.HTTP_PORT)).isEqualTo(8153);
        assertThat(settings.path(Setting.DATA_DIRECTORY)).isEqualTo(Path.of("/opt/penstock/data"));
        assertThat(settings.seconds(Setting.MATERIALS_POLL_SECONDS)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void theFilesValuesHold() {
        Settings settings = ok("# a comment", "", "http.port = 9000", "materials.local-folders = /srv/git, repos");

        assertThat(settings.wholeNumber(Setting.HTTP_PORT)).isEqualTo(9000);
        assertThat(settings.paths(Setting.MATERIALS_LOCAL_FOLDERS))
                .containsExactly(Path.of("/srv/git"), Path.of("/opt/penstock/repos"));
    }

    @Test
    void allMistakesAreToldAtOnceWithTheirLines() {
        List<String> mistakes = broken("http.prot = 1", "http.port = many", "nonsense", "http.port = 2");

        assertThat(mistakes)
                .containsExactly(
                        "Line 1: there is no setting \"http.prot\"; did you mean \"http.port\"?",
                        "Line 2: \"http.port\" takes a whole number from 0 to 65535, not \"many\"",
                        "Line 3: \"nonsense\" is not of the form key = value",
                        "Line 4: \"http.port\" was set before");
    }

    @Test
    void theServerRefusesToListenBeyondTheLoopbackAddress() {
        List<String> mistakes = broken("http.host = 0.0.0.0");

        assertThat(mistakes).singleElement().asString().contains("\"http.host\" is \"0.0.0.0\"", "loopback");
    }

    @Test
    void anExternalDatabaseNeedsAUser() {
        List<String> mistakes = broken("database.url = jdbc:postgresql://db/penstock");

        assertThat(mistakes).containsExactly("\"database.url\" is set, and \"database.user\" is not");
    }

    @Test
    void theReferenceListsEverySettingWithItsDefault() throws IOException {
        List<String> documented = Pattern.compile("^\\| `([a-z.-]+)` \\| `?([^|`]*)`? \\|", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("../docs/server.md")))
                .results()
                .map((MatchResult row) -> row.group(1) + "=" + row.group(2).strip())
                .toList();

        assertThat(documented)
                .containsExactlyElementsOf(List.of(Setting.values()).stream()
                        .map(setting -> setting.key() + "=" + setting.defaultValue())
                        .toList());
    }

    private static Settings ok(String... lines) {
        return switch (Settings.parse(HOME, List.of(lines))) {
            case Settings.Parsed.Ok(var settings) -> settings;
            case Settings.Parsed.Broken(var mistakes) -> throw new AssertionError(mistakes);
        };
    }

    private static List<String> broken(String... lines) {
        return switch (Settings.parse(HOME, List.of(lines))) {
            case Settings.Parsed.Ok _ -> throw new AssertionError("The settings were taken");
            case Settings.Parsed.Broken(var mistakes) -> mistakes;
        };
    }
}
