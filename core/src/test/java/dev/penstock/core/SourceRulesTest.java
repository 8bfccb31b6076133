package dev.penstock.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Rules that only the source text shows. */
class SourceRulesTest {
    /** Three hundred lines are the aim, four hundred the end: split by noun before that. */
    private static final int MOST_LINES = 400;

    private static final Pattern UPDATE = Pattern.compile(
            "UPDATE\\s+(\\w+)(?:\\s+(?:AS\\s+)?\\w+)?\\s+SET\\s+(.*?)(?:WHERE|FROM|RETURNING|\"\"\")", Pattern.DOTALL);
    private static final Pattern STATE = Pattern.compile("(?:^|[,\\s])state\\s*=");

    @Test
    void noSourceFileIsLong() throws IOException {
        var tooLong = new TreeMap<String, Integer>();
        for (Path file : sources(Path.of(".."))) {
            int lines = Files.readAllLines(file).size();
            if (lines > MOST_LINES) {
                tooLong.put(file.toString(), lines);
            }
        }

        assertThat(tooLong).isEmpty();
    }

    @Test
    void aStateColumnIsWrittenByOneStoreOnly() throws IOException {
        Map<String, TreeSet<String>> writers = new TreeMap<>();
        for (Path file : sources(Path.of("."))) {
            var updates = UPDATE.matcher(Files.readString(file));
            while (updates.find()) {
                if (STATE.matcher(updates.group(2)).find()) {
                    writers.computeIfAbsent(updates.group(1), _ -> new TreeSet<>())
                            .add(file.getFileName().toString());
                }
            }
        }

        assertThat(writers)
                .allSatisfy((table, files) -> assertThat(files)
                        .as("writers of the state of " + table)
                        .hasSize(1)
                        .allMatch(name -> name.endsWith("Store.java")));
    }

    private static List<Path> sources(Path root) throws IOException {
        var found = new ArrayList<Path>();
        try (var all = Files.walk(root)) {
            all.filter(path -> path.toString().contains("src/main/java/"))
                    .filter(path -> path.toString().endsWith(".java"))
                    .forEach(found::add);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        assertThat(found).isNotEmpty();
        return found;
    }
}
