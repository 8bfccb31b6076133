package dev.penstock.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a life does with every event in every state, as the Mermaid diagram and the table that {@code docs/lives.md} shows. */
public final class LifeDiagram {
    private static final Path DOCUMENT = Path.of("..", "docs", "lives.md");

    private final String name;
    private final List<String> states = new ArrayList<>();
    private final Map<String, Map<String, String>> steps = new LinkedHashMap<>();

    public LifeDiagram(String name) {
        this.name = name;
    }

    /** An event leads from a state to another; null when it changes nothing. */
    public void step(String from, String event, @Nullable String to) {
        if (!states.contains(from)) {
            states.add(from);
        }
        String before = steps.computeIfAbsent(event, _ -> new LinkedHashMap<>()).put(from, to == null ? "" : to);
        assertThat(before).as(event + " in " + from + " was walked twice").isNull();
    }

    /** Fails unless the document says the same; {@code target/life-NAME.md} is what it should say. */
    public void requireInDocument() throws IOException {
        String text = Files.readString(DOCUMENT);
        String begin = "<!-- begin " + name + " -->\n";
        int from = text.indexOf(begin);
        int to = text.indexOf("<!-- end " + name + " -->");

        Files.writeString(Path.of("target", "life-" + name + ".md"), text());
        assertThat(from).as("docs/lives.md has a place for " + name).isNotNegative();
        assertThat(text.substring(from + begin.length(), to))
                .as("the part of docs/lives.md about " + name)
                .isEqualTo(text());
    }

    private String text() {
        var text = new StringBuilder("```mermaid\nstateDiagram-v2\n    [*] --> " + states.getFirst() + "\n");
        Map<String, List<String>> edges = new LinkedHashMap<>();
        for (String from : states) {
            steps.forEach((event, by) -> {
                String to = by.getOrDefault(from, "");
                if (!to.isEmpty() && !to.equals(from)) {
                    edges.computeIfAbsent(from + " --> " + to, _ -> new ArrayList<>())
                            .add(event);
                }
            });
        }
        edges.forEach((edge, events) -> text.append("    ")
                .append(edge)
                .append(": ")
                .append(String.join("<br/>", events))
                .append('\n'));
        text.append("```\n\n| Event | ").append(String.join(" | ", states)).append(" |\n|---|");
        text.append("---|".repeat(states.size())).append('\n');
        steps.forEach((event, by) -> {
            text.append("| ").append(event);
            states.forEach(from -> text.append(" | ").append(by.getOrDefault(from, "")));
            text.append(" |\n");
        });
        return text.toString();
    }
}
