package dev.penstock.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.Rewriting;
import dev.penstock.core.config.parse.Parsed;
import dev.penstock.core.config.parse.Texts;
import dev.penstock.core.config.write.WrittenKeys;
import dev.penstock.core.secret.SecretRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples of docs/definitions.md, and its tables. */
class DefinitionDocsTest {
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```(yaml|json)\\n(.*?)```");

    private final String text;

    DefinitionDocsTest() throws IOException {
        this.text = Files.readString(Path.of("..", "docs", "definitions.md"));
    }

    @Test
    void everyExampleIsRight() {
        List<String> languages = new ArrayList<>();
        Matcher example = EXAMPLE.matcher(text);

        while (example.find()) {
            languages.add(example.group(1));
            assertThat(Texts.mistakes(read(example))).as(example.group(2)).isEmpty();
        }

        assertThat(languages).containsExactly("yaml", "json", "yaml", "yaml");
    }

    @Test
    void theFirstTwoSayTheSame() {
        Matcher example = EXAMPLE.matcher(text);

        List<PipelineDefinition> both = new ArrayList<>();
        while (both.size() < 2 && example.find()) {
            PipelineDefinition read = Texts.one(read(example)).written();
            both.add(Rewriting.secrets(_ -> new SecretRef(1)).of(read));
        }

        assertThat(both.getFirst()).isEqualTo(both.get(1));
    }

    @Test
    void everyKeyThatIsWrittenIsDescribed() {
        assertThat(WrittenKeys.all())
                .isNotEmpty()
                .allMatch(key -> text.contains("`" + key + "`") || text.contains("\"" + key + "\""));
    }

    private static Parsed read(Matcher example) {
        return example.group(1).equals("json") ? Texts.json(example.group(2)) : Texts.yaml(example.group(2));
    }
}
