package dev.penstock.core.config.model;

import static dev.penstock.core.config.parse.Texts.codes;
import static dev.penstock.core.config.parse.Texts.job;
import static dev.penstock.core.config.parse.Texts.mistakes;
import static dev.penstock.core.config.parse.Texts.pipeline;
import static dev.penstock.core.config.parse.Texts.yaml;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.parse.Parsed;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefinitionRulesTest {
    private static final String TASKS = "tasks: [{exec: {command: make}}]";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            display_order: -2                                             | out_of_range
            label_template: fixed                                         | invalid_label_template
            tracking_tool: {link: 'ftp://x/${ID}', regex: '(x)'}          | invalid_link
            tracking_tool: {link: 'http://x/', regex: '(x)'}              | invalid_link
            tracking_tool: {link: 'http://x/${ID}', regex: '('}           | invalid_regex
            tracking_tool: {link: 'http://x/${ID}', regex: '((a{99}){99}){99}'} | invalid_regex
            parameters: {'a b': x}                                        | invalid_name
            parameters: {a: x, A: y}                                      | duplicate_name
            environment_variables: {GO_REVISION: x}                       | reserved_name
            environment_variables: {penstock_x: x}                        | reserved_name
            environment_variables: {' a': x}                              | invalid_name
            environment_variables: {'a=b': x}                             | invalid_name
            environment_variables: {'': x}                                | invalid_name
            environment_variables: {a: x, A: y}                           | duplicate_name
            """)
    void ofPipelines(String line, String code) {
        assertThat(codes(yaml(pipeline(line)))).containsExactly("6 " + code);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {a: {git: u}, b: {git: v}}                                            | required
            {a: {git: u, destination: x}, b: {git: v, destination: x/y}}          | nested_destination
            {a: {git: u, destination: x}, b: {git: v, destination: ./X/}}         | nested_destination
            {a: {git: u, destination: ../x}}                                      | invalid_path
            {a: {git: u, destination: /x}}                                        | invalid_path
            {a: {git: u, destination: 'c:x'}}                                     | invalid_path
            {a: {git: u, branch: 'a*'}}                                           | invalid_branch
            {a: {git: u, branch: 'x:y'}}                                          | invalid_branch
            {a: {git: 'https://u:p@h/x', username: ada}}                          | ambiguous
            {a: {git: 'ftp://host'}}                                              | invalid_option
            {a: {pipeline: web, stage: build}}                                    | cycle
            {a: {pipeline: up, stage: x}, b: {pipeline: UP, stage: y}}            | duplicate_upstream
            {a: {pipeline: up, stage: x, ignore: [x]}}                            | not_allowed
            {a: {pipeline: up, stage: x, destination: x}}                         | not_allowed
            {a: {pipeline: up}}                                                   | required
            {a: {git: u}, A: {git: v, destination: x}}                            | duplicate_name
            {'a b': {git: u}}                                                     | invalid_name
            {}                                                                    | required
            [{git: u}, {git: u, destination: y}]                                  | required
            """)
    void ofMaterials(String materials, String code) {
        Parsed parsed = yaml(pipeline().replace("{code: {git: \"https://git/web\"}}", materials));

        assertThat(codes(parsed)).contains("4 " + code);
    }

    @ParameterizedTest
    @CsvSource({
        "https://ada:pw@host/x, true",
        "https://ada@host/x, false",
        "https://host/a:b@c, false",
        "git@host:x, false",
        "https://host, false"
    })
    void aPasswordInTheAddressIsSeenWhereItIsOne(String url, boolean ambiguous) {
        Parsed parsed = yaml(pipeline().replace("{git: \"https://git/web\"}", "{git: '" + url + "', username: ada}"));

        assertThat(codes(parsed).contains("4 ambiguous")).isEqualTo(ambiguous);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            run_instances: 0                                           | out_of_range
            run_instances: 1001                                        | out_of_range
            timeout: -1                                                | out_of_range
            timeout: 1.5                                               | wrong_type
            total_timeout: 999999                                      | out_of_range
            on_agent_loss: {policy: rerun, max_reruns: 11}             | out_of_range
            on_agent_loss: {policy: ask, max_reruns: 1}                | out_of_range
            on_agent_loss: never                                       | unknown_value
            elastic_profile_id: x                                      | unknown_profile
            resources: ['a/b']                                         | invalid_name
            tabs: {averyveryverylongname: x}                           | invalid_name
            tabs: {a: 'x y'}                                           | invalid_path
            tabs: {a: ../x}                                            | invalid_path
            tabs: {a: x, A: y}                                         | duplicate_name
            artifacts: [{build: {source: ''}}]                         | required
            artifacts: [{build: {source: ../x}}]                       | invalid_path
            artifacts: [{build: {source: x, destination: /y}}]         | invalid_path
            artifacts: [{build: {source: x}}, {test: {source: x}}]     | duplicate_artifact
            artifacts: [{external: {id: a, store_id: b}}]              | unknown_store
            """)
    void ofJobs(String line, String code) {
        assertThat(codes(yaml(job(line, TASKS)))).contains("7 " + code);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {exec: {}}                                                          | required
            {exec: {command: ''}}                                               | required
            {exec: {command: ' make'}}                                          | invalid_command
            {exec: {command: make, working_directory: ..}}                      | invalid_path
            {exec: {command: make, arguments: x}}                               | wrong_type
            {exec: {command: make, run_if: [any, any]}}                         | duplicate_value
            {exec: {command: make, run_if: sometimes}}                          | unknown_value
            {exec: {command: make, on_cancel: {exec: {}}}}                      | required
            {exec: {command: make, on_cancel: {exec: {command: x, run_if: any}}}} | unknown_option
            {nobody: {}}                                                        | unknown_type
            {maven: {goals: [x], batch: maybe}}                                 | wrong_type
            {maven: {goals: [x], threads: many}}                                | wrong_type
            {maven: {goals: [x], color: blue}}                                  | wrong_type
            {maven: {goals: [x], properties: [a]}}                              | wrong_type
            {maven: {goals: [x], password: [a]}}                                | wrong_type
            {fetch: {stage: later, job: x, source: y}}                          | unknown_stage
            {fetch: {stage: build, job: x, source: y}}                          | unknown_stage
            {fetch: {stage: first, job: nobody, source: y}}                     | unknown_job
            {fetch: {stage: first, job: first}}                                 | required
            {fetch: {stage: first, job: first, source: ../y}}                   | invalid_path
            {fetch: {stage: first, job: first, source: y, artifact_id: z}}      | not_allowed
            {fetch: {stage: first, job: first, artifact_origin: external, artifact_id: z}} | unknown_store
            """)
    void ofTasks(String task, String code) {
        Parsed parsed = yaml("""
                pipelines:
                  web:
                    group: main
                    materials: {code: {git: "https://git/web"}}
                    stages:
                      - first: {tasks: [{exec: {command: make}}]}
                      - build: {tasks: [%s]}
                      - later: {jobs: {x: {tasks: [{exec: {command: make}}]}}}
                """.formatted(task));

        assertThat(codes(parsed)).contains("7 " + code);
    }

    @Test
    void instancesOfAJobAreFetchedByTheirNames() {
        String text = """
                pipelines:
                  web:
                    group: main
                    materials: {code: {git: "https://git/web"}}
                    stages:
                      - first: {run_instances: %s, tasks: [{exec: {command: make}}]}
                      - build: {tasks: [{fetch: {stage: FIRST, job: %s, source: y}}]}
                """;

        assertThat(codes(yaml(text.formatted("all", "First-runOnAll-2")))).isEmpty();
        assertThat(codes(yaml(text.formatted("3", "first-runInstance-3")))).isEmpty();
        assertThat(codes(yaml(text.formatted("3", "first")))).containsExactly("7 unknown_job");
    }

    @ParameterizedTest
    @CsvSource({"deploy-runOnAll-1", "x-RUNINSTANCE-2", "a b", "''"})
    void aJobsNameMustNotLookLikeThatOfAnInstance(String name) {
        Parsed parsed = yaml(job("jobs: {'" + name + "': {" + TASKS + "}}"));

        assertThat(codes(parsed)).contains("7 invalid_name");
    }

    @Test
    void tooMuchOfAnythingIsToldQuickly() {
        String materials = IntStream.range(0, 3_000)
                .mapToObj(i -> "{git: u" + i + ", destination: d" + i + "}")
                .collect(Collectors.joining(", ", "[", "]"));
        String variables =
                IntStream.range(0, 501).mapToObj(i -> "V" + i + ": x").collect(Collectors.joining(", ", "{", "}"));

        Parsed parsed = yaml(pipeline("environment_variables: " + variables)
                .replace("{code: {git: \"https://git/web\"}}", materials));

        assertThat(codes(parsed)).containsExactlyInAnyOrder("4 too_many", "6 too_many");
    }

    @Test
    void everyMistakeIsToldAtOnceAndNoneTwice() {
        Parsed parsed = yaml(pipeline("label_template: fixed", "timer: {spec: x}", "environment_variables: {GO_X: 1}"));

        assertThat(codes(parsed))
                .containsExactlyInAnyOrder("6 invalid_label_template", "7 invalid_timer", "8 reserved_name");
        assertThat(mistakes(parsed)).doesNotHaveDuplicates();
    }
}
