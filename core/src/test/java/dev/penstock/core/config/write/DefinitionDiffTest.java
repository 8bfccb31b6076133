package dev.penstock.core.config.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.parse.Texts;
import dev.penstock.core.config.write.DefinitionDiff.Change;
import java.util.List;
import org.junit.jupiter.api.Test;

class DefinitionDiffTest {
    private static final String BEFORE = """
            pipelines:
              web:
                group: main
                environment_variables: {A: one, B: two}
                materials: {code: {git: u}}
                stages:
                  - build: {jobs: {unit: {tasks: [{exec: {command: a}}, {exec: {command: b}}, {exec: {command: c}}]}}}
                  - test: {tasks: [{exec: {command: x}}]}
            """;

    @Test
    void saysNothingOfWhatIsTheSame() {
        assertThat(DefinitionDiff.between(read(BEFORE), read(BEFORE))).isEmpty();
    }

    @Test
    void namesWhatChangedByItsNames() {
        assertThat(diff(BEFORE.replace("command: b", "command: z")))
                .containsExactly("CHANGED stages/build/jobs/unit/tasks/1/options/command b -> z");
    }

    @Test
    void aNewFirstStageIsOneAddition() {
        String after = BEFORE.replace("  - build:", "  - prepare: {tasks: [{exec: {command: p}}]}\n      - build:");

        assertThat(DefinitionDiff.between(read(BEFORE), read(after)))
                .extracting(change -> change.kind() + " " + change.path() + " " + change.pointer())
                .containsExactly("ADDED stages/prepare /stages/0");
    }

    @Test
    void aTaskThatIsTakenOutIsOneRemoval() {
        assertThat(DefinitionDiff.between(read(BEFORE), read(BEFORE.replace("{exec: {command: a}}, ", ""))))
                .extracting(change -> change.kind() + " " + change.path() + " " + change.pointer())
                .containsExactly("REMOVED stages/build/jobs/unit/tasks/0 /stages/0/jobs/0/tasks/0");
    }

    @Test
    void namedPartsThatStandElsewhereHaveMoved() {
        assertThat(diff(BEFORE.replace("{A: one, B: two}", "{B: two, A: one}")))
                .containsExactly("MOVED variables [A, B] -> [B, A]");
    }

    @Test
    void aFieldThatWasNotThereIsAdded() {
        assertThat(diff(BEFORE.replace("group: main", "group: main\n    timer: {spec: 0 0 22 ? * MON}")))
                .containsExactly("ADDED timer null -> {spec=0 0 22 ? * MON, only_on_changes=false}");
    }

    @Test
    void anotherSecretIsOneChange() {
        String one = BEFORE.replace("{git: u}", "{git: u, password: {secret_ref: 1}}");
        String other = BEFORE.replace("{git: u}", "{git: u, password: {secret_ref: 2}}");

        assertThat(DefinitionDiff.between(read(one), read(other)))
                .extracting(Change::path)
                .containsExactly("materials/code/options/password");
    }

    @Test
    void findsADifferenceExactlyWhereThereIsOne() {
        for (int seed = 0; seed < 200; seed++) {
            PipelineDefinition one = new RandomDefinitions(seed).next();
            PipelineDefinition other = new RandomDefinitions(seed % 7 == 0 ? seed : seed + 1).next();

            List<Change> there = DefinitionDiff.between(one, other);

            assertThat(there.isEmpty()).isEqualTo(JsonForm.of(one).equals(JsonForm.of(other)));
        }
    }

    private static List<String> diff(String after) {
        return DefinitionDiff.between(read(BEFORE), read(after)).stream()
                .map(change -> change.kind() + " " + change.path() + " " + change.before() + " -> " + change.after())
                .toList();
    }

    private static PipelineDefinition read(String yaml) {
        return Texts.written(yaml);
    }
}
