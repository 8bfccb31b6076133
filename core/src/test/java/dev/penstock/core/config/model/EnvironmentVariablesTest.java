package dev.penstock.core.config.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.EnvironmentVariables.Declared;
import dev.penstock.core.config.model.EnvironmentVariables.Environment;
import dev.penstock.core.config.model.EnvironmentVariables.Material;
import dev.penstock.core.config.model.EnvironmentVariables.Run;
import dev.penstock.core.secret.SecretRef;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentVariablesTest {
    private static final Run RUN = new Run("main", "ada", "web", 7, "v7", "build", 2, null, "unit", null, null);
    private static final Declared NOTHING = new Declared(null, List.of(), List.of(), List.of(), List.of(), List.of());

    @Test
    void saysWhatTheRunIs() {
        assertThat(texts(EnvironmentVariables.of(RUN, List.of(), NOTHING)))
                .containsExactly(
                        "GO_PIPELINE_GROUP_NAME=main",
                        "GO_TRIGGER_USER=ada",
                        "GO_PIPELINE_NAME=web",
                        "GO_PIPELINE_COUNTER=7",
                        "GO_PIPELINE_LABEL=v7",
                        "GO_STAGE_NAME=build",
                        "GO_STAGE_COUNTER=2",
                        "GO_JOB_NAME=unit");
    }

    @Test
    void saysWhichInstanceAndWhichRerunItIs() {
        var run = new Run("g", "changes", "p", 1, "1", "s", 3, 2, "j-runInstance-4", 4, 5);

        assertThat(texts(EnvironmentVariables.of(run, List.of(), NOTHING)))
                .contains("GO_RERUN_OF_STAGE_COUNTER=2", "GO_JOB_RUN_INDEX=4", "GO_JOB_RUN_COUNT=5");
    }

    @Test
    void theStrongestOfEachNameWins() {
        var declared = new Declared(
                new Environment("prod", List.of(plain("A", "environment"), plain("E", "environment"))),
                List.of("linux", "x y"),
                List.of(plain("A", "pipeline"), plain("P", "pipeline"), plain("S", "pipeline")),
                List.of(plain("S", "stage"), plain("J", "stage")),
                List.of(plain("J", "job")),
                List.of(plain("P", "override"), plain("NEW", "override")));

        assertThat(texts(EnvironmentVariables.of(RUN, List.of(), declared)))
                .contains(
                        "GO_ENVIRONMENT_NAME=prod",
                        "GO_AGENT_RESOURCES=linux,x y",
                        "E=environment",
                        "A=pipeline",
                        "P=override",
                        "S=stage",
                        "J=job")
                .noneMatch(text -> text.startsWith("NEW="));
    }

    @Test
    void aSecretStaysOne() {
        var declared = new Declared(
                null, List.of(), List.of(new Variable("PW", null, new SecretRef(3))), List.of(), List.of(), List.of());

        assertThat(EnvironmentVariables.of(RUN, List.of(), declared))
                .contains(new Variable("PW", null, new SecretRef(3)));
    }

    @Test
    void materialsAreNamedByNameOrFolder() {
        var nameless = new Material(null, "", false, "r2", "r1", null, true, Map.of("URL", "u", "BRANCH", "b"));
        var folder = new Material(null, "src/한 a-b", false, "r3", "r3", null, false, Map.of());
        var upstream = new Material("up.1", "", true, "up/7/test/1", "up/7/test/1", "l7", true, Map.of());

        assertThat(texts(EnvironmentVariables.of(RUN, List.of(nameless, folder, upstream), NOTHING)))
                .contains(
                        "GO_REVISION=r2",
                        "GO_FROM_REVISION=r1",
                        "GO_TO_REVISION=r2",
                        "GO_MATERIAL_URL=u",
                        "GO_MATERIAL_BRANCH=b",
                        "GO_MATERIAL_HAS_CHANGED=true",
                        "GO_REVISION_SRC_한_A_B=r3",
                        "GO_MATERIAL_SRC_한_A_B_HAS_CHANGED=false",
                        "GO_DEPENDENCY_LABEL_UP_1=l7",
                        "GO_DEPENDENCY_LOCATOR_UP_1=up/7/test/1",
                        "GO_MATERIAL_UP_1_HAS_CHANGED=true");
    }

    private static Variable plain(String name, String value) {
        return new Variable(name, value, null);
    }

    private static List<String> texts(List<Variable> variables) {
        return variables.stream()
                .map(variable -> variable.name() + "=" + variable.value())
                .toList();
    }
}
