package dev.penstock.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactPathTest {
    private static final String HASH = "a".repeat(64);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "app.jar",
                "target/site/index.html",
                "a b/ünïcödé/日本.txt",
                ".hidden",
                "a..b",
                "console/constant.txt",
                "com10.txt",
                "auxiliary",
                "x/@version+1~2/[brackets]"
            })
    void takesNamesThatAreGoodEverywhere(String path) {
        assertThat(ArtifactPath.problem(path)).isEmpty();
    }

    static Stream<String> bad() {
        return Stream.of(
                "",
                "/etc/passwd",
                "a/",
                "a//b",
                ".",
                "..",
                "../x",
                "a/../../x",
                "a/./b",
                "a\\b",
                "..\\x",
                "C:/x",
                "file.txt:stream",
                "a\u0000b",
                "a\nb",
                "a\u007Fb",
                "a\u202Etxt.exe",
                "a\u200Bb",
                "a\u2028b",
                "half\uD800",
                "dot.",
                "space ",
                "a./b",
                "con",
                "CON.txt",
                "a/Aux",
                "NUL.tar.gz",
                "com1",
                "lpt9.log",
                "COM¹",
                "con .txt",
                "conin$",
                "x".repeat(256),
                "ü".repeat(128),
                ("x".repeat(200) + "/").repeat(5) + "xxxxxxxxxxxxxxxxxxxxxx");
    }

    @ParameterizedTest
    @MethodSource("bad")
    void refusesWhatLeavesItsFolderOrIsNoFileSomewhere(String path) {
        assertThat(ArtifactPath.problem(path)).isPresent();
    }

    @Test
    void namesThatDifferInCaseAreOneFileSomewhere() {
        assertThat(problems("Read.me", "read.ME")).singleElement().asString().contains("no case");
        assertThat(problems("straße", "STRASSE")).isEmpty();
        assertThat(problems("Ordner/a", "ordner/b")).singleElement().asString().contains("folders");
        assertThat(problems("\u00e9.txt", "e\u0301.txt"))
                .singleElement()
                .asString()
                .contains("one file");
    }

    @Test
    void aFileIsNoFolder() {
        assertThat(problems("a", "a/b")).singleElement().asString().contains("a file and a folder");
        assertThat(problems("a/b", "a")).singleElement().asString().contains("a file and a folder");
        assertThat(problems("a/b", "A")).singleElement().asString().contains("a file and a folder");
    }

    @Test
    void comparesWithWhatWasPublishedBefore() {
        var more = List.of(new PublishedArtifact("LOG.txt", HASH, 1, false));

        assertThat(Publication.problems(more, Set.of("log.txt"))).hasSize(1);
        assertThat(Publication.problems(more, Set.of("LOG.txt"))).isEmpty();
    }

    @Test
    void tellsSomeProblemsAndNotThousands() {
        var many = Stream.generate(() -> new PublishedArtifact("../x", HASH, 1, false))
                .limit(5_000)
                .toList();

        assertThat(Publication.problems(many, Set.of())).hasSize(10);
    }

    @Test
    void refusesWhatIsNoHash() {
        assertThat(Publication.problems(List.of(new PublishedArtifact("a", "A".repeat(64), 1, false)), Set.of()))
                .hasSize(1);
        assertThat(Publication.problems(List.of(new PublishedArtifact("a", HASH, -1, false)), Set.of()))
                .hasSize(1);
    }

    @Test
    void showsWhatCannotBeSeenInMessages() {
        assertThat(Publication.quoted("a\n\u202Eb")).isEqualTo("\"a\\u000a\\u202eb\"");
    }

    private static List<String> problems(String... paths) {
        return Publication.problems(
                Stream.of(paths)
                        .map(path -> new PublishedArtifact(path, HASH, 1, false))
                        .toList(),
                Set.of());
    }
}
