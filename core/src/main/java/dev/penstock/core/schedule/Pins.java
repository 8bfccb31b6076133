package dev.penstock.core.schedule;

import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.schedule.Situation.Modification;
import dev.penstock.core.schedule.TriggerStore.Pin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Chosen revisions, looked up.
 *
 * @param found by material
 * @param unknown those of which no revision is known that is, or begins, so
 * @param ambiguous those with which several revisions begin
 */
record Pins(Map<MaterialId, Modification> found, List<Pin> unknown, List<Pin> ambiguous) {
    Pins {
        found = Map.copyOf(found);
        unknown = List.copyOf(unknown);
        ambiguous = List.copyOf(ambiguous);
    }

    static Pins find(Handle handle, List<Pin> wished) {
        Map<MaterialId, Modification> found = new HashMap<>();
        List<Pin> unknown = new ArrayList<>();
        List<Pin> ambiguous = new ArrayList<>();
        for (Pin pin : wished) {
            List<Modification> all = PinQuery.find(handle, pin.material(), pin.revision());
            switch (all.size()) {
                case 0 -> unknown.add(pin);
                case 1 -> found.put(pin.material(), all.getFirst());
                default -> ambiguous.add(pin);
            }
        }
        return new Pins(found, unknown, ambiguous);
    }

    /** What is wrong with those that cannot be used, in one sentence; empty when all can. */
    String mistakes() {
        List<String> mistakes = new ArrayList<>();
        unknown.forEach(pin -> mistakes.add("No revision of material "
                + pin.material().value() + " is known that is, or" + " begins with, \"" + pin.revision() + "\""));
        ambiguous.forEach(pin -> mistakes.add("Several revisions of material "
                + pin.material().value() + " begin with \"" + pin.revision() + "\"; give more of it"));
        return String.join("; ", mistakes);
    }
}
