package dev.penstock.agent.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.agent.protocol.JobAssignment.ArtifactRule;
import dev.penstock.agent.protocol.JobAssignment.ArtifactRule.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArtifactFinderTest {
    @TempDir
    Path folder;

    private Path workspace;

    @BeforeEach
    void makeFiles() throws IOException {
        workspace = Files.createDirectories(folder.resolve("workspace")).toRealPath();
        for (String file : List.of(
                "readme.txt",
                "target/app.jar",
                "target/app-2.jar",
                "target/site/index.html",
                "target/site/css/a.css",
                "target/reports/unit/TEST-a.xml",
                "target/reports/it/TEST-b.xml",
                "target/reports/TEST-c.xml",
                "pkg/한글.txt",
                ".hidden/x")) {
            Files.createDirectories(workspace.resolve(file).getParent());
            Files.writeString(workspace.resolve(file), file);
        }
    }

    /** As GoCD publishes: the fixed leading part goes, the rest of the structure stays, a folder goes whole. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            readme.txt                    |      | readme.txt
            target/app.jar                |      | app.jar
            target/app.jar                | lib  | lib/app.jar
            ./target/app.jar              | /lib/| lib/app.jar
            target\\app.jar               |      | app.jar
            target/*.jar                  |      | app-2.jar app.jar
            target/*.jar                  | lib  | lib/app-2.jar lib/app.jar
            target/app?2.jar              |      | app-2.jar
            target/app*                   |      | app-2.jar app.jar
            *.jar                         |      |
            **/*.jar                      |      | target/app-2.jar target/app.jar
            target/site                   | web  | web/site/css/a.css web/site/index.html
            target/site/                  | web  | web/site/css/a.css web/site/index.html
            target/site/**                | web  | web/css/a.css web/index.html
            target/site/*                 | web  | web/css/a.css web/index.html
            target/s*                     | web  | web/site/css/a.css web/site/index.html
            target/**/TEST-*.xml          |      | reports/TEST-c.xml reports/it/TEST-b.xml reports/unit/TEST-a.xml
            target/reports/**/TEST-*.xml  | x    | x/TEST-c.xml x/it/TEST-b.xml x/unit/TEST-a.xml
            target/reports/*/TEST-*.xml   |      | it/TEST-b.xml unit/TEST-a.xml
            **/unit/*                     |      | target/reports/unit/TEST-a.xml
            **/**/unit/**                 |      | target/reports/unit/TEST-a.xml
            pkg/한글.*                      |      | 한글.txt
            .hidden/*                     |      | x
            TARGET/*.jar                  |      |
            missing/**                    |      |
            target/app.jar/**             |      |
            """)
    void findsWhatGoCdWouldFind(String source, String destination, String expected) throws IOException {
        var finder = new ArtifactFinder(workspace);

        int count = finder.find(rule(source, destination == null ? "" : destination));

        List<String> paths =
                finder.found().stream().map(ArtifactFinder.Found::path).sorted().toList();
        assertThat(paths).isEqualTo(expected == null ? List.of() : List.of(expected.split(" ", -1)));
        assertThat(count).isEqualTo(paths.size());
    }

    @ParameterizedTest
    @CsvSource({"../x", "a/../../x", "/etc/passwd", "C:\\x", "''", "."})
    void refusesSourcesThatLeadOut(String source) {
        assertThatThrownBy(() -> new ArtifactFinder(workspace).find(rule(source, "")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("The artifact source \"" + source + "\"");
    }

    @Test
    void followsLinksToFilesInsideAndNoOthers() throws IOException {
        Files.writeString(folder.resolve("secret"), "outside");
        Files.createSymbolicLink(workspace.resolve("pkg/in"), workspace.resolve("readme.txt"));
        Files.createSymbolicLink(workspace.resolve("pkg/out"), folder.resolve("secret"));
        Files.createSymbolicLink(workspace.resolve("pkg/loop"), workspace.resolve("pkg"));
        Files.createSymbolicLink(workspace.resolve("pkg/dead"), workspace.resolve("nothing"));
        Files.createSymbolicLink(workspace.resolve("elsewhere"), folder);
        var finder = new ArtifactFinder(workspace);

        finder.find(rule("pkg", ""));
        int throughLink = finder.find(rule("elsewhere/secret", ""));

        assertThat(finder.found()).extracting(ArtifactFinder.Found::path).containsExactly("pkg/in", "pkg/한글.txt");
        assertThat(throughLink).isZero();
        assertThat(finder.notices())
                .hasSize(4)
                .anySatisfy(notice -> assertThat(notice)
                        .isEqualTo("\"pkg/out\" is not published: it is a symbolic link that leads elsewhere"));
    }

    @Test
    void refusesTwoFilesOfOneName() throws IOException {
        var finder = new ArtifactFinder(workspace);
        finder.find(rule("target/reports/unit/*", "r"));
        Files.writeString(workspace.resolve("TEST-a.xml"), "another");

        assertThatThrownBy(() -> finder.find(rule("TEST-a.xml", "r")))
                .hasMessage("Two files would be published as \"r/TEST-a.xml\": \"target/reports/unit/TEST-a.xml\" and"
                        + " \"TEST-a.xml\"; give one of them another destination");
    }

    @Test
    void publishesAFileOfTwoRulesOnceAndAsATestWhenOneSaysSo() throws IOException {
        var finder = new ArtifactFinder(workspace);

        finder.find(rule("target/reports", ""));
        finder.find(new ArtifactRule(Kind.TEST, "target/reports/TEST-c.xml", "reports"));

        assertThat(finder.found()).hasSize(3);
        assertThat(finder.found())
                .filteredOn(ArtifactFinder.Found::test)
                .singleElement()
                .satisfies(found -> assertThat(found.path()).isEqualTo("reports/TEST-c.xml"));
    }

    @Test
    void saysWhichNamesTheServerWouldRefuse() throws IOException {
        Files.writeString(workspace.resolve("pkg/a:b"), "x");

        assertThatThrownBy(() -> new ArtifactFinder(workspace).find(rule("pkg/a*", "")))
                .hasMessageStartingWith("\"a:b\" cannot be the name of an artifact");
    }

    private static ArtifactRule rule(String source, String destination) {
        return new ArtifactRule(Kind.BUILD, source, destination);
    }
}
