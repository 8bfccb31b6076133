package dev.penstock.core.config.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.parse.Parsed;
import dev.penstock.core.config.parse.Texts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParametersTest {

    @ParameterizedTest
    @CsvSource({
        "'#{who}', ada",
        "'a #{WHO} b', a ada b",
        "'##{who}', '#{who}'",
        "'###{who}', '#ada'",
        "'# no #x', '# no #x'",
        "'echo $#', 'echo $#'",
        "'#{what}', '#{who}'",
        "'#{empty}', ''"
    })
    void areReplacedOnce(String text, String value) {
        var web = Texts.resolved(Texts.pipeline(
                "parameters: {who: ada, what: '#{who}', empty: ''}", "environment_variables: {A: '" + text + "'}"));

        assertThat(web.variables().getFirst().value()).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"#{nobody}", "#{}", "#{ }", "#{open"})
    void thatAreNotThereAreTold(String text) {
        Parsed parsed = Texts.yaml(Texts.pipeline("environment_variables: {A: '" + text + "'}"));

        assertThat(Texts.codes(parsed)).containsExactly("6 unknown_parameter");
    }

    @Test
    void areReplacedInEveryTextButNames() {
        var web = Texts.resolved("""
                pipelines:
                  web:
                    group: "#{p}"
                    label_template: "#{p}-${COUNT}"
                    parameters: {p: x}
                    tracking_tool: {link: "https://#{p}/${ID}", regex: "#{p}"}
                    environment_variables: {"#{p}": "#{p}"}
                    materials: {code: {git: "https://#{p}", destination: "#{p}", ignore: ["#{p}"]}}
                    stages:
                      - build:
                          approval: {type: manual, users: ["#{p}"]}
                          jobs:
                            one:
                              resources: ["#{p}"]
                              tabs: {t: "#{p}"}
                              artifacts: [{build: {source: "#{p}", destination: "#{p}"}}]
                              tasks:
                                - maven: {goals: ["#{p}"], properties: {k: "#{p}"}, batch: "true", working_directory: "#{p}"}
                """);

        assertThat(web.toString().replace("name=#{p}", "")).doesNotContain("#{p}");
        assertThat(web.variables().getFirst().name()).isEqualTo("#{p}");
    }

    @Test
    void areNotReplacedInSecrets() {
        Parsed.Document web = Texts.one(Texts.yaml(Texts.pipeline("parameters: {p: x}", "secure_variables: {A: '#{p}'}")
                .replace("{git: \"https://git/web\"}", "{git: u, password: 'b#{p}'}")));

        assertThat(web.fresh()).extracting(secret -> secret.reveal()).containsExactlyInAnyOrder("#{p}", "b#{p}");
    }

    @Test
    void giveOptionsTheTypesThatTheyAreDescribedWith() {
        var web = Texts.resolved(Texts.pipeline("parameters: {flag: 'yes', n: '4'}")
                .replace("{exec: {command: make}}", "{maven: {goals: [x], batch: '#{flag}', threads: '#{n}'}}"));

        assertThat(web.stages().getFirst().jobs().getFirst().tasks().getFirst().options())
                .containsEntry("batch", true)
                .containsEntry("threads", 4L);
    }
}
