package dev.penstock.core.schedule;

import dev.penstock.core.run.NewRun.Cause;
import dev.penstock.core.run.NewRun.RunMaterial;
import java.util.List;

/** Whether a pipeline starts by itself. */
sealed interface Decision {

    /** It does. */
    record Start(Cause cause, List<RunMaterial> materials) implements Decision {
        public Start {
            materials = List.copyOf(materials);
        }
    }

    /** There is something to build, and something stands in the way. Whoever removes that has the pipeline looked at again. */
    record Wait(Reason reason) implements Decision {}

    /** There is nothing to build. */
    record Nothing(Reason reason) implements Decision {}
}
