package dev.penstock.core.config.parse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.SampleTypes;
import dev.penstock.core.platform.error.Violation;
import java.util.List;

/** Reads texts with the types of {@link SampleTypes}. */
public final class Texts {
    private static final DefinitionParser PARSER = new DefinitionParser(new SampleTypes());

    private Texts() {}

    public static Parsed yaml(String text) {
        return PARSER.yaml(text);
    }

    public static Parsed json(String text) {
        return PARSER.json(text);
    }

    /** The one pipeline of a YAML text that has no mistake, as it was written. */
    public static PipelineDefinition written(String yaml) {
        return one(yaml(yaml)).written();
    }

    /** The one pipeline of a YAML text that has no mistake, with the values of its parameters. */
    public static PipelineDefinition resolved(String yaml) {
        return one(yaml(yaml)).resolved();
    }

    public static Parsed.Document one(Parsed parsed) {
        assertThat(parsed).isInstanceOf(Parsed.Ok.class);
        return documents(parsed).getFirst();
    }

    public static List<Parsed.Document> documents(Parsed parsed) {
        return switch (parsed) {
            case Parsed.Ok ok -> ok.documents();
            case Parsed.Broken broken -> broken.documents();
        };
    }

    /** All mistakes; none of a text that is right. */
    public static List<Violation> mistakes(Parsed parsed) {
        return parsed instanceof Parsed.Broken broken ? broken.violations() : List.of();
    }

    /** Mistakes as {@code line code}. */
    public static List<String> codes(Parsed parsed) {
        return mistakes(parsed).stream()
                .map(violation -> violation.line() + " " + violation.code())
                .toList();
    }

    /** A pipeline with one job; the lines are put into it, four blanks in. */
    public static String pipeline(String... lines) {
        return """
                pipelines:
                  web:
                    group: main
                    materials: {code: {git: "https://git/web"}}
                    stages: [{build: {tasks: [{exec: {command: make}}]}}]
                """ + "    " + String.join("\n    ", lines) + "\n";
    }

    /** A pipeline whose only job has these keys, ten blanks in. */
    public static String job(String... lines) {
        return """
                pipelines:
                  web:
                    group: main
                    materials: {code: {git: "https://git/web"}}
                    stages:
                      - build:
                """ + "          " + String.join("\n          ", lines) + "\n";
    }
}
