package dev.penstock.core.schedule;

import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.StageDefinition.Approval;
import dev.penstock.core.run.NewRun.Cause;
import dev.penstock.core.run.NewRun.RunMaterial;
import dev.penstock.core.schedule.Reason.Code;
import dev.penstock.core.schedule.Situation.Change;
import dev.penstock.core.schedule.Situation.LastRun;
import dev.penstock.core.schedule.Situation.MaterialNow;
import dev.penstock.core.schedule.Situation.Modification;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides whether changes start a pipeline. Pure. */
final class Decisions {
    static final String CHANGES = "changes";

    private Decisions() {}

    /** What follows from the situation, for a start that nobody asked for. */
    static Decision decide(Situation now) {
        StageDefinition first = now.pipeline().definition().stages().getFirst();
        if (first.approval().type() == Approval.Type.MANUAL) {
            return new Decision.Nothing(new Reason(
                    Code.FIRST_STAGE_MANUAL,
                    "Changes do not start it: its first stage \"" + first.name() + "\" is started by people"));
        }
        Optional<Reason> unknown = unknown(now);
        if (unknown.isPresent()) {
            return new Decision.Wait(unknown.get());
        }
        if (!isSomethingNew(now)) {
            return new Decision.Nothing(nothingNew(now));
        }
        return inTheWay(now)
                .<Decision>map(Decision.Wait::new)
                .orElseGet(() -> new Decision.Start(cause(now), revisions(now)));
    }

    /** The first material of which no revision is known. */
    static Optional<Reason> unknown(Situation now) {
        for (MaterialNow material : now.materials()) {
            if (material.newest() == null) {
                return Optional.of(
                        material.upstream()
                                ? new Reason(
                                        Code.UPSTREAM_NOT_PASSED,
                                        "The upstream stage \"" + material.name() + "\" has not passed yet")
                                : new Reason(Code.NO_REVISION, noRevision(material)));
            }
        }
        return Optional.empty();
    }

    private static String noRevision(MaterialNow material) {
        return material.trouble() == null
                ? "Material \"" + material.name() + "\" has no known revision yet"
                : "Material \"" + material.name() + "\" cannot be read: " + material.trouble();
    }

    private static boolean isSomethingNew(Situation now) {
        LastRun last = now.last();
        return last == null
                || !last.materials()
                        .equals(now.materials().stream().map(MaterialNow::id).toList())
                || now.materials().stream()
                        .anyMatch(material -> material.startsRuns() && material.change() == Change.SOMETHING);
    }

    private static Reason nothingNew(Situation now) {
        String since = now.last() == null ? "" : " since run " + now.last().counter();
        boolean ignored = now.materials().stream().anyMatch(material -> material.change() != Change.NOTHING);
        return ignored
                ? new Reason(Code.ALL_IGNORED, "All changes" + since + " are of a kind that starts no run")
                : new Reason(Code.UP_TO_DATE, "Nothing is new" + since);
    }

    /** What keeps a start away that changes ask for. */
    private static Optional<Reason> inTheWay(Situation now) {
        if (now.paused() != null) {
            return Optional.of(new Reason(Code.PAUSED, paused(now.paused())));
        }
        return Optional.ofNullable(now.activeRun())
                .map(counter -> new Reason(Code.FIRST_STAGE_ACTIVE, firstStageActive(now, counter)));
    }

    static String paused(Situation.Pause pause) {
        return "It is paused by " + pause.by() + " since " + pause.since()
                + (pause.reason() == null || pause.reason().isBlank() ? "" : ": " + pause.reason());
    }

    static String firstStageActive(Situation now, long counter) {
        return "Its first stage \""
                + now.pipeline().definition().stages().getFirst().name() + "\" is active in run " + counter;
    }

    private static Cause cause(Situation now) {
        MaterialNow changed = now.materials().stream()
                .filter(material -> material.startsRuns() && material.change() == Change.SOMETHING)
                .findFirst()
                .orElse(now.materials().getFirst());
        Modification newest = newest(changed);
        return changed.upstream()
                ? new Cause(Cause.Kind.UPSTREAM, CHANGES, "triggered by " + newest.revision())
                : new Cause(Cause.Kind.COMMIT, CHANGES, "modified by " + newest.author());
    }

    /** Every material at its newest revision, with everything that no run has had yet as its changes. */
    private static List<RunMaterial> revisions(Situation now) {
        List<RunMaterial> materials = new ArrayList<>();
        now.materials().forEach(material -> materials.add(at(material, newest(material))));
        return materials;
    }

    /** A material at one of its revisions. Older ones than a run has had are no changes. */
    static RunMaterial at(MaterialNow material, Modification to) {
        boolean changed = material.seen() == null || to.id() > material.seen();
        Long firstNew = material.firstNew();
        return new RunMaterial(
                material.position(),
                material.id().value(),
                to.id(),
                changed && firstNew != null ? firstNew : to.id(),
                changed,
                to.revision());
    }

    private static Modification newest(MaterialNow material) {
        return required(material.newest());
    }

    private static Modification required(@Nullable Modification modification) {
        if (modification == null) {
            throw new IllegalStateException("A material without a revision cannot be built");
        }
        return modification;
    }
}
