package dev.penstock.core.config.parse;

import static dev.penstock.core.config.parse.Texts.codes;
import static dev.penstock.core.config.parse.Texts.job;
import static dev.penstock.core.config.parse.Texts.mistakes;
import static dev.penstock.core.config.parse.Texts.one;
import static dev.penstock.core.config.parse.Texts.pipeline;
import static dev.penstock.core.config.parse.Texts.resolved;
import static dev.penstock.core.config.parse.Texts.written;
import static dev.penstock.core.config.parse.Texts.yaml;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.penstock.core.config.model.ArtifactDefinition;
import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.PipelineDefinition.LockBehavior;
import dev.penstock.core.config.model.StageDefinition.Approval;
import dev.penstock.core.config.model.TaskDefinition;
import dev.penstock.core.config.model.TaskDefinition.RunIf;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.plugin.Secret;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** GoCD's YAML format, key by key. */
class GocdYamlTest {

    @Test
    void readsAWholeFileAsGocdWritesIt() {
        PipelineDefinition web = resolved("""
                format_version: 10
                common:
                  clean: &clean
                    - exec: {command: mvn, arguments: [-B, clean]}
                environments:
                  production: {pipelines: [web]}
                pipelines:
                  web:
                    group: shop
                    label_template: "${COUNT}-${code[:7]}"
                    display_order: 10
                    lock_behavior: unlockWhenFinished
                    tracking_tool:
                      link: "https://issues/${ID}"
                      regex: "##(\\\\d+)"
                    timer:
                      spec: "0 15 10 * * ? *"
                      only_on_changes: yes
                    parameters:
                      goal: package
                    environment_variables:
                      JAVA_HOME: /opt/jdk
                    materials:
                      code:
                        git: https://git/web.git
                        branch: main
                        shallow_clone: true
                        destination: src
                        auto_update: no
                        ignore: ["docs/**"]
                    stages:
                      - maven:
                          fetch_materials: yes
                          keep_artifacts: true
                          clean_workspace: on
                          approval: manual
                          jobs:
                            maven-package:
                              timeout: 10
                              run_instances: all
                              resources: [deploy]
                              environment_variables: {STAGE: one}
                              tabs:
                                Report: target/site/index.html
                              artifacts:
                                - build: {source: target/*.jar, destination: jars}
                                - test: {source: target/surefire-reports}
                              tasks:
                                - *clean
                                - exec:
                                    command: mvn
                                    arguments: [-B, "#{goal}"]
                                    working_directory: src
                                    run_if: any
                                    on_cancel:
                                      exec: {command: ./stop.sh}
                      - ant:
                          fetch_materials: false
                          approval: {type: success, allow_only_on_success: true, users: [ada], roles: [ops]}
                          jobs:
                            ant-run:
                              tasks:
                                - ant: {build_file: build.xml, target: run}
                                - script: |
                                    echo one
                                    echo two
                                - fetch: {stage: maven, job: maven-package-runOnAll-1, source: jars, destination: in}
                """);

        assertThat(web.group()).isEqualTo("shop");
        assertThat(web.lockBehavior()).isEqualTo(LockBehavior.UNLOCK_WHEN_FINISHED);
        assertThat(web.timer()).isEqualTo(new PipelineDefinition.Timer("0 15 10 * * ? *", true));
        assertThat(web.trackingTool())
                .isEqualTo(new PipelineDefinition.TrackingTool("https://issues/${ID}", "#(\\d+)"));
        assertThat(web.variables()).containsExactly(new Variable("JAVA_HOME", "/opt/jdk", null));
        assertThat(web.materials())
                .containsExactly(new MaterialDefinition(
                        "code",
                        "git",
                        Map.of("url", "https://git/web.git", "branch", "main", "shallow_clone", true),
                        "src",
                        false,
                        new MaterialDefinition.Filter(List.of("docs/**"), false)));
        var maven = web.stages().getFirst();
        assertThat(maven.neverCleanupArtifacts()).isTrue();
        assertThat(maven.cleanWorkingDirectory()).isTrue();
        assertThat(maven.approval().type()).isEqualTo(Approval.Type.MANUAL);
        JobDefinition pack = maven.jobs().getFirst();
        assertThat(pack.runInstances()).isEqualTo(RunInstances.ALL_AGENTS);
        assertThat(pack.idleTimeoutMinutes()).isEqualTo(10);
        assertThat(pack.resources()).containsExactly("deploy");
        assertThat(pack.tabs()).containsExactly(new JobDefinition.Tab("Report", "target/site/index.html"));
        assertThat(pack.artifacts())
                .extracting(ArtifactDefinition::kind, ArtifactDefinition::source, ArtifactDefinition::destination)
                .containsExactly(
                        tuple(ArtifactDefinition.Kind.BUILD, "target/*.jar", "jars"),
                        tuple(ArtifactDefinition.Kind.TEST, "target/surefire-reports", ""));
        assertThat(pack.tasks()).hasSize(2);
        TaskDefinition second = pack.tasks().get(1);
        assertThat(second.options()).isEqualTo(Map.of("command", "mvn", "arguments", List.of("-B", "package")));
        assertThat(second.runIf()).containsExactly(RunIf.ANY);
        assertThat(second.onCancel())
                .extracting(task -> task.options().get("command"))
                .isEqualTo("./stop.sh");
        var ant = web.stages().get(1);
        assertThat(ant.fetchMaterials()).isFalse();
        assertThat(ant.approval()).isEqualTo(new Approval(Approval.Type.SUCCESS, true, List.of("ada"), List.of("ops")));
        assertThat(ant.jobs().getFirst().tasks())
                .extracting(TaskDefinition::type)
                .containsExactly("ant", "script", "fetch");
        assertThat(ant.jobs().getFirst().tasks().get(1).options()).isEqualTo(Map.of("script", "echo one\necho two\n"));
    }

    @Test
    void whatIsNotWrittenHasItsDefault() {
        PipelineDefinition web = written(pipeline());

        assertThat(web.labelTemplate()).isEqualTo("${COUNT}");
        assertThat(web.displayOrder()).isEqualTo(-1);
        assertThat(web.lockBehavior()).isEqualTo(LockBehavior.NONE);
        assertThat(web.materials().getFirst().autoUpdate()).isTrue();
        assertThat(web.stages().getFirst().fetchMaterials()).isTrue();
        assertThat(web.stages().getFirst().approval()).isEqualTo(Approval.AUTOMATIC);
        JobDefinition build = web.stages().getFirst().jobs().getFirst();
        assertThat(build.name()).isEqualTo("build");
        assertThat(build.onAgentLoss()).isEqualTo(OnAgentLoss.RERUN);
        assertThat(build.idleTimeoutMinutes()).isNull();
        assertThat(build.tasks().getFirst().runIf()).containsExactly(RunIf.PASSED);
    }

    @Test
    void tellsThatEnvironmentsWerePassedOver() {
        Parsed parsed = yaml("environments: {prod: {}}\n" + pipeline());

        assertThat(((Parsed.Ok) parsed).notes()).extracting(Violation::code).containsExactly("environments_ignored");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "3", "10"})
    void takesEveryFormatUpToTen(String version) {
        assertThat(yaml("format_version: " + version + "\n" + pipeline())).isInstanceOf(Parsed.Ok.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "11", "ten", "1.5", "[1]"})
    void refusesOtherFormats(String version) {
        assertThat(codes(yaml("format_version: " + version + "\n" + pipeline())))
                .containsExactly("1 unknown_version");
    }

    @ParameterizedTest
    @CsvSource({"yes,true", "no,false", "on,true", "Off,false", "TRUE,true", "n,false", "y,true"})
    void booleansAreTheUsualWords(String word, boolean meaning) {
        var web = written(job("fetch_materials: " + word, "tasks: [{exec: {command: make}}]"));

        assertThat(web.stages().getFirst().fetchMaterials()).isEqualTo(meaning);
    }

    @Test
    void textsThatLookLikeOtherThingsStayTexts() {
        var web =
                written(pipeline("environment_variables: {A: no, B: 1.10, C: 12:30:45, D: 0x1F, E: null, F: ~, G: }"));

        assertThat(web.variables())
                .extracting(Variable::value)
                .containsExactly("no", "1.10", "12:30:45", "0x1F", "", "", "");
    }

    @Test
    void olderWordsForFiltersAreKnown() {
        var ignored = written(pipeline().replace("{git: \"https://git/web\"}", "{git: u, blacklist: [a]}"));
        var included = written(pipeline().replace("{git: \"https://git/web\"}", "{git: u, whitelist: [a]}"));
        Parsed both = yaml(pipeline().replace("{git: \"https://git/web\"}", "{git: u, ignore: [a], includes: [b]}"));

        assertThat(ignored.materials().getFirst().filter().inverted()).isFalse();
        assertThat(included.materials().getFirst().filter().inverted()).isTrue();
        assertThat(codes(both)).containsExactly("4 ambiguous");
    }

    @Test
    void materialsMayBeNamedByTypeOrPlugin() {
        var byType = written(pipeline().replace("{git: \"https://git/web\"}", "{type: git, url: u}"));
        var byPlugin = written(
                pipeline()
                        .replace(
                                "{git: \"https://git/web\"}",
                                "{plugin_configuration: {id: feed, version: 1}, options: {type: rss}, secure_options: {token: t0ken}}"));

        assertThat(byType.materials().getFirst().type()).isEqualTo("git");
        assertThat(byPlugin.materials().getFirst().options())
                .isEqualTo(Map.of("type", "rss", "token", new SecretRef(-1)));
    }

    @Test
    void aDependencyIsAPipelineAsMaterial() {
        var web = written(pipeline()
                .replace("{git: \"https://git/web\"}", "{pipeline: up, stage: test, ignore_for_scheduling: yes}"));

        assertThat(web.materials().getFirst())
                .isEqualTo(new MaterialDefinition(
                        "code",
                        "pipeline",
                        Map.of("pipeline", "up", "stage", "test", "ignore_for_scheduling", true),
                        "",
                        true,
                        MaterialDefinition.Filter.NONE));
    }

    @Test
    void tasksOfPluginsAndTheirShortForms() {
        var web = written(job(
                "tasks:",
                "  - plugin: {configuration: {id: maven, version: 1}, options: {goals: [package]}, secure_options: {password: passw0rd}}",
                "  - plugin: {configuration: {id: script-executor, version: 1}, options: {script: echo}}",
                "  - ant:",
                "  - [[ant: {}], {odd: {}}]"));

        List<TaskDefinition> tasks = web.stages().getFirst().jobs().getFirst().tasks();
        assertThat(tasks).extracting(TaskDefinition::type).containsExactly("maven", "script", "ant", "ant", "odd");
        assertThat(tasks.getFirst().options())
                .isEqualTo(Map.of("goals", List.of("package"), "password", new SecretRef(-1)));
    }

    @Test
    void ourOwnKeysOfJobs() {
        JobDefinition build = written(job(
                        "total_timeout: 30",
                        "queue_timeout: 0",
                        "on_agent_loss: ask",
                        "run_instances: 3",
                        "tasks: [{exec: {command: make, timeout: 4}}]"))
                .stages()
                .getFirst()
                .jobs()
                .getFirst();

        assertThat(build.totalTimeoutMinutes()).isEqualTo(30);
        assertThat(build.queueTimeoutMinutes()).isZero();
        assertThat(build.onAgentLoss()).isEqualTo(OnAgentLoss.ASK);
        assertThat(build.runInstances()).isEqualTo(new RunInstances(RunInstances.Kind.COUNT, 3));
        assertThat(build.tasks().getFirst().timeoutMinutes()).isEqualTo(4);
    }

    @Test
    void secretsAreTakenOutOfTheDefinition() {
        Parsed.Document web = one(yaml(pipeline("secure_variables: {A: first, B: {secret_ref: 7}}")
                .replace("{git: \"https://git/web\"}", "{git: u, username: ada, password: second}")));

        assertThat(web.fresh()).extracting(Secret::reveal).containsExactlyInAnyOrder("first", "second");
        assertThat(web.written().variables().get(1)).isEqualTo(new Variable("B", null, new SecretRef(7)));
        assertThat(web.written().toString() + web.resolved())
                .doesNotContain("first")
                .doesNotContain("second");
    }

    @Test
    void shortSecretsAreRefusedOrNoted() {
        Parsed tooShort = yaml(pipeline("secure_variables: {A: abc}"));
        Parsed rather = yaml(pipeline("secure_variables: {A: abcdefg, B: ''}"));

        assertThat(codes(tooShort)).containsExactly("6 short_secret");
        assertThat(((Parsed.Ok) rather).notes())
                .extracting(Violation::line, Violation::code)
                .containsExactly(tuple(6, "short_secret"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"AES:abc:def", "{{SECRET:[file][key]}}"})
    void whatAnotherServerHasEncryptedIsRefusedWithAdvice(String value) {
        Parsed parsed = yaml(pipeline("secure_variables: {A: '" + value + "'}"));

        assertThat(codes(parsed)).containsExactly("6 foreign_secret");
        assertThat(mistakes(parsed).getFirst().message()).contains("write the value itself once");
    }

    @Test
    void everyMisspeltKeyIsTold() {
        Parsed parsed = yaml("""
                formatversion: 10
                pipelines:
                  web:
                    grop: main
                    materials: {code: {git: u, brnch: main}}
                    stages:
                      - build:
                          fetch_material: no
                          jobs:
                            one:
                              timout: 5
                              artifacts: [{bild: {source: x}}]
                              tasks: [{exec: {comand: make}}, {exec: {command: x, run_iff: any}}]
                """);

        assertThat(codes(parsed))
                .contains(
                        "1 unknown_key",
                        "4 unknown_key",
                        "5 unknown_option",
                        "8 unknown_key",
                        "11 unknown_key",
                        "12 wrong_type",
                        "13 unknown_option");
        assertThat(mistakes(parsed).stream().filter(found -> found.line() != null && found.line() == 13))
                .extracting(Violation::message)
                .anyMatch(message -> message.contains("\"comand\""))
                .anyMatch(message -> message.contains("\"run_iff\""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            stages: 5                          | wrong_type
            stages: [build]                    | wrong_type
            materials: [git]                   | wrong_type
            timer: {spec: never}               | invalid_timer
            display_order: high                | wrong_type
            lock_behavior: sometimes           | unknown_value
            environment_variables: [A]         | wrong_type
            parameters: x                      | wrong_type
            tracking_tool: {link: x, regex: y} | invalid_link
            template: base                     | unknown_template
            """)
    void eachPartMustHaveItsShape(String line, String code) {
        String key = line.substring(0, line.indexOf(':'));
        String others = pipeline().replaceAll("(?m)^    " + key + ": .*\\n", "");

        assertThat(codes(yaml(others + "    " + line + "\n"))).anyMatch(found -> found.endsWith(code));
    }

    @Test
    void hgIsNamedAsATypeThatIsNotThere() {
        Parsed parsed = yaml(pipeline().replace("git: \"https://git/web\"", "hg: u"));

        assertThat(mistakes(parsed).getFirst().message())
                .isEqualTo("There is no material type \"hg\"; known are: feed, git, pipeline");
    }

    @Test
    void twoPipelinesOfOneNameAreOneTooMany() {
        String text = pipeline("display_order: 1")
                + pipeline().replace("pipelines:\n", "").replace("web:", "WEB:");

        assertThat(codes(yaml(text))).containsExactly("7 duplicate_name");
    }

    @Test
    void anExternalArtifactIsReadAndToldToHaveNoStore() {
        Parsed parsed = yaml(job(
                "artifacts: [{external: {id: image, store_id: hub, configuration: {options: {tag: x}, secure_options: {key: k3yk3y}}}}]",
                "tasks: [{exec: {command: make}}]"));

        ArtifactDefinition image = Texts.documents(parsed)
                .getFirst()
                .written()
                .stages()
                .getFirst()
                .jobs()
                .getFirst()
                .artifacts()
                .getFirst();
        assertThat(image.configuration()).isEqualTo(Map.of("tag", "x", "key", new SecretRef(-1)));
        assertThat(codes(parsed)).containsExactly("7 unknown_store");
    }
}
