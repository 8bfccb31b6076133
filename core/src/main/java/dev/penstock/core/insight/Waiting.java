package dev.penstock.core.insight;

import dev.penstock.core.config.model.Names;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run waits for, and what would help.
 *
 * @param code APPROVAL, PAUSED, STAGE_BUSY, SUPERSEDED
 * @param stage that comes next
 * @param supersededBy the counter of the newer run that got the stage
 * @param message for people
 */
record Waiting(String code, String stage, @Nullable Long supersededBy, String message) {

    /**
     * Null when the run does not wait.
     *
     * @param stages the names of those of its definition
     */
    static @Nullable Waiting of(Run run, List<String> stages) {
        String code = run.waitCode();
        String key = run.waitStage();
        if (code == null || key == null) {
            return null;
        }
        String stage = stages.stream()
                .filter(name -> Names.key(name).equals(key))
                .findFirst()
                .orElse(key);
        Long newer = run.supersededBy();
        String message = switch (code) {
            case "APPROVAL" -> "Stage \"" + stage + "\" waits for an approval; start it";
            case "PAUSED" ->
                "The pipeline was paused when stage \"" + stage + "\" should have started; start it by hand";
            case "STAGE_BUSY" ->
                "Stage \"" + stage + "\" is active in another run, and starts here when that ends, unless a"
                        + " newer run waits for it too";
            default ->
                "Run " + newer + " got stage \"" + stage
                        + "\" in the place of this one; start it here if it is still wanted";
        };
        return new Waiting(code, stage, newer, message);
    }
}
