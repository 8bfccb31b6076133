package dev.penstock.core.schedule;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.run.NewRun.Cause;
import dev.penstock.core.run.NewRun.RunMaterial;
import dev.penstock.core.schedule.Reason.Code;
import dev.penstock.core.schedule.Situation.MaterialNow;
import dev.penstock.core.schedule.Situation.Modification;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides whether a pipeline starts because somebody wants it to. Filters and "nothing is new" do not count. Pure. */
final class ManualStart {
    private ManualStart() {}

    /** What becomes of the wish. */
    sealed interface Answer {

        /** It starts. */
        record Start(Cause cause, List<RunMaterial> materials) implements Answer {
            public Start {
                materials = List.copyOf(materials);
            }
        }

        /** It does not. */
        record Refused(ErrorCode code, String message) implements Answer {}

        /** It is decided when these materials have been looked at. */
        record LookFirst(List<MaterialId> materials, String message) implements Answer {
            public LookFirst {
                materials = List.copyOf(materials);
            }
        }
    }

    /**
     * @param by who wants it
     * @param pins the revisions that were chosen; the other materials take their newest
     */
    static Answer decide(Situation now, String by, Map<MaterialId, Modification> pins) {
        Optional<Answer> refused = refused(now);
        if (refused.isPresent()) {
            return refused.get();
        }
        List<RunMaterial> materials = new ArrayList<>();
        List<MaterialId> unknown = new ArrayList<>();
        for (MaterialNow material : now.materials()) {
            Modification to = pins.getOrDefault(material.id(), material.newest());
            if (to == null) {
                unknown.add(material.id());
            } else {
                materials.add(Decisions.at(material, to));
            }
        }
        if (unknown.isEmpty()) {
            return new Answer.Start(new Cause(Cause.Kind.MANUAL, by, "Forced by " + by), materials);
        }
        Reason reason = Decisions.unknown(now).orElseThrow();
        return reason.code() == Code.UPSTREAM_NOT_PASSED
                ? new Answer.Refused(ErrorCode.NOTHING_TO_BUILD, reason.message())
                : new Answer.LookFirst(unknown, reason.message());
    }

    /** What refuses the wish whatever its revisions are. */
    static Optional<Answer> refused(Situation now) {
        String name = now.pipeline().name();
        if (now.paused() != null) {
            return Optional.of(new Answer.Refused(
                    ErrorCode.PAUSED,
                    "Pipeline \"" + name + "\" cannot be triggered. " + Decisions.paused(now.paused())
                            + ". Unpause it first"));
        }
        if (now.activeRun() != null) {
            return Optional.of(new Answer.Refused(
                    ErrorCode.ALREADY_RUNNING,
                    "Pipeline \"" + name + "\" cannot be triggered. "
                            + Decisions.firstStageActive(now, now.activeRun())
                            + ". Wait until it ends, or cancel it"));
        }
        return Optional.empty();
    }
}
