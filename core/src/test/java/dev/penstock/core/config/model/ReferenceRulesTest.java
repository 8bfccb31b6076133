package dev.penstock.core.config.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.ReferenceRules.Reference;
import dev.penstock.core.config.parse.Parsed;
import dev.penstock.core.config.parse.Texts;
import dev.penstock.core.platform.error.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferenceRulesTest {
    /** a: one, two; b waits for a/one; c waits for b. */
    private final Map<String, PipelineDefinition> others = new LinkedHashMap<>();

    ReferenceRulesTest() {
        add(
                "a",
                "{code: {git: u}}",
                "[{one: {tasks: [{exec: {command: x}}]}}, {two: {tasks: [{exec: {command: x}}]}}]");
        add("b", "{up: {pipeline: a, stage: one}}", "[{test: {run_instances: 2, tasks: [{exec: {command: x}}]}}]");
    }

    @ParameterizedTest
    @CsvSource({
        "b, test, test-runInstance-1, ''",
        "B, TEST, TEST-runInstance-2, ''",
        "a/b, one, one, ''",
        "a/b, two, two, too_late",
        "a/b, none, one, unknown_stage",
        "a/b, one, none, unknown_job",
        "b, test, test, unknown_job",
        "a, one, one, not_upstream",
        "b/a, one, one, not_upstream",
        "x/b, one, one, not_upstream",
        "/b, one, one, not_upstream",
        "b/, one, one, not_upstream",
        "nobody, one, one, not_upstream"
    })
    void aFetchGoesUpAlongMaterials(String path, String stage, String job, String code) {
        PipelineDefinition c = read(
                "c",
                "{up: {pipeline: b, stage: test}}",
                "[{s: {tasks: [{fetch: {pipeline: " + path + ", stage: " + stage + ", job: " + job
                        + ", source: x}}]}}]");

        assertThat(check(c)).containsExactly(code.isEmpty() ? new String[0] : new String[] {code});
    }

    @Test
    void anUpstreamMustHaveTheStage() {
        assertThat(check(read("c", "{up: {pipeline: nobody, stage: one}}", "[]")))
                .containsExactly("unknown_pipeline");
        assertThat(check(read("c", "{up: {pipeline: a, stage: three}}", "[]"))).containsExactly("unknown_stage");
        assertThat(check(read("c", "{up: {pipeline: A, stage: ONE}}", "[]"))).isEmpty();
    }

    @Test
    void theShortestCircleIsNamed() {
        PipelineDefinition a =
                read("a", "{up: {pipeline: b, stage: test}}", "[{one: {tasks: [{exec: {command: x}}]}}]");

        assertThat(ReferenceRules.check(a, this::find))
                .extracting(Violation::message)
                .containsExactly("The pipelines wait for each other: \"a\" → \"b\" → \"a\"");
    }

    @Test
    void listsEveryPlaceThatNamesAnother() {
        PipelineDefinition c = read(
                "c",
                "{up: {pipeline: B, stage: Test}, code: {git: u}}",
                "[{s: {tasks: [{exec: {command: x, on_cancel: {fetch: {pipeline: A/b, stage: One, job: one, source: x}}}}]}}]");

        assertThat(ReferenceRules.of(c))
                .containsExactly(
                        new Reference("b", "test", true, "/materials/0"),
                        new Reference("a", "one", false, "/stages/0/jobs/0/tasks/0/on_cancel"));
    }

    private List<String> check(PipelineDefinition definition) {
        return ReferenceRules.check(definition, this::find).stream()
                .map(Violation::code)
                .toList();
    }

    private Optional<PipelineDefinition> find(String key) {
        return Optional.ofNullable(others.get(key));
    }

    private void add(String name, String materials, String stages) {
        others.put(name, read(name, materials, stages));
    }

    private static PipelineDefinition read(String name, String materials, String stages) {
        Parsed parsed = Texts.yaml("""
                pipelines:
                  %s:
                    group: main
                    materials: %s
                    stages: %s
                """.formatted(name, materials, stages));
        return Texts.documents(parsed).getFirst().resolved();
    }
}
