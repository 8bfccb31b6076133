package dev.penstock.core.schedule;

import dev.penstock.core.config.model.Variable;
import dev.penstock.core.material.Materials;
import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.ids.Tokens;
import dev.penstock.core.schedule.ManualStart.Answer;
import dev.penstock.core.schedule.Situation.MaterialNow;
import dev.penstock.core.schedule.SituationQuery.PipelineRow;
import dev.penstock.core.schedule.TriggerStore.Pin;
import dev.penstock.core.schedule.TriggerStore.Run;
import dev.penstock.core.schedule.TriggerStore.State;
import dev.penstock.core.schedule.TriggerStore.Trigger;
import dev.penstock.core.schedule.TriggerStore.Wish;
import dev.penstock.core.schedule.TriggerWish.NewValue;
import dev.penstock.core.secret.SecretStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Runs that somebody wants. A wish for which everything is known becomes a run in the transaction that takes it; one that
 * needs a look at a material waits, and is decided when that has ended. Thread-safe.
 */
public final class Triggers {
    private final Database database;
    private final SituationQuery situations;
    private final Starter starter;
    private final Materials materials;
    private final SecretStore secrets;

    Triggers(Database database, SituationQuery situations, Starter starter, Materials materials, SecretStore secrets) {
        this.database = database;
        this.situations = situations;
        this.starter = starter;
        this.materials = materials;
        this.secrets = secrets;
    }

    /**
     * Takes the wish: the answer has a run, or waits.
     *
     * @throws PenstockException if it is refused: NOT_FOUND, INVALID, PAUSED, ALREADY_RUNNING, NOTHING_TO_BUILD,
     *     NO_MATCHING_AGENT
     */
    Trigger trigger(String pipeline, TriggerWish wish, String by) {
        requireNone(wish.violations());
        return database.inTransaction(tx -> {
            PipelineRow row = situations.lock(tx, pipeline).orElseThrow(() -> unknown(pipeline));
            Situation now = situations.load(tx, row);
            List<Violation> violations = new ArrayList<>();
            List<Pin> pins = wish.pins(now, fingerprints(tx, wish, now), violations);
            List<NewValue> values = wish.values(now.pipeline().definition(), violations);
            requireNone(violations);
            ManualStart.refused(now).ifPresent(Triggers::throwIfRefused);
            requireNoneWaiting(now);
            return decide(tx, row, now, new Checked(wish, pins, values, by));
        });
    }

    /** A wish that fits the pipeline's definition. */
    private record Checked(TriggerWish wish, List<Pin> pins, List<NewValue> values, String by) {}

    Trigger show(UUID id) {
        return database.read(handle -> TriggerStore.find(handle, id))
                .orElseThrow(() -> new PenstockException(ErrorCode.NOT_FOUND, "There is no trigger \"" + id + "\""));
    }

    private Trigger decide(Handle tx, PipelineRow row, Situation now, Checked checked) {
        Pins pins = Pins.find(tx, checked.pins());
        Boolean wanted = checked.wish().updateMaterialsBefore();
        Set<MaterialId> look = lookFirst(now, wanted, pins);
        boolean mayLook = !Boolean.FALSE.equals(wanted);
        if (!pins.ambiguous().isEmpty() || (!pins.unknown().isEmpty() && !mayLook)) {
            throw new PenstockException(ErrorCode.INVALID, pins.mistakes());
        }
        String message = "Waits for a look at its materials";
        if (look.isEmpty()) {
            switch (ManualStart.decide(now, checked.by(), pins.found())) {
                case Answer.Start start -> {
                    return start(tx, row, now, checked, start);
                }
                case Answer.Refused refused -> throwIfRefused(refused);
                case Answer.LookFirst(var unknown, var why) -> {
                    look.addAll(unknown);
                    message = why + "; it is being looked at";
                }
            }
        }
        Trigger trigger = trigger(row, now, stored(tx, now, checked, look), checked.by(), null, message);
        TriggerStore.insert(tx, trigger);
        materials.ask(tx, look, "trigger");
        audit(tx, trigger);
        return trigger;
    }

    /** The materials that have to be looked at before anything can be decided. */
    private static Set<MaterialId> lookFirst(Situation now, @Nullable Boolean wanted, Pins pins) {
        Set<MaterialId> look = new LinkedHashSet<>();
        for (MaterialNow material : now.materials()) {
            boolean pinned = pins.found().containsKey(material.id());
            boolean first = Boolean.TRUE.equals(wanted) || (wanted == null && !material.polled() && !pinned);
            if (first && !material.upstream()) {
                look.add(material.id());
            }
        }
        if (!Boolean.FALSE.equals(wanted)) {
            pins.unknown().forEach(pin -> look.add(pin.material()));
        }
        return look;
    }

    private Trigger start(Handle tx, PipelineRow row, Situation now, Checked checked, Answer.Start start) {
        Wish wish = stored(tx, now, checked, Set.of());
        var created = starter.start(tx, row, now, start.cause(), wish.variables(), start.materials());
        var run = new Run(created.id(), created.counter(), created.label());
        Trigger trigger = trigger(row, now, wish, checked.by(), run, null);
        TriggerStore.insert(tx, trigger);
        if (wish.comment() != null) {
            TriggerStore.comment(tx, created.id(), wish.comment());
        }
        audit(tx, trigger);
        return trigger;
    }

    private Wish stored(Handle tx, Situation now, Checked checked, Set<MaterialId> look) {
        return new Wish(
                checked.pins(),
                variables(tx, now.pipeline().id(), checked.values()),
                checked.wish().comment(),
                List.copyOf(look));
    }

    private static Trigger trigger(
            PipelineRow row, Situation now, Wish wish, String by, @Nullable Run run, @Nullable String message) {
        return new Trigger(
                Tokens.uuid(),
                now.pipeline().id(),
                now.pipeline().name(),
                by,
                row.now(),
                wish,
                run == null ? State.WAITING : State.STARTED,
                run,
                null,
                message,
                run == null ? null : row.now());
    }

    private List<Variable> variables(Handle tx, PipelineId pipeline, List<NewValue> values) {
        return values.stream()
                .map(value -> value.secure()
                        ? new Variable(value.name(), null, secrets.put(tx, SecretStore.scope(pipeline), value.value()))
                        : new Variable(value.name(), value.value(), null))
                .toList();
    }

    private Map<MaterialNow, String> fingerprints(Handle tx, TriggerWish wish, Situation now) {
        if (wish.materials() == null || wish.materials().isEmpty()) {
            return Map.of();
        }
        Map<MaterialId, String> known = materials.fingerprints(
                tx, now.materials().stream().map(MaterialNow::id).toList());
        Map<MaterialNow, String> fingerprints = new HashMap<>();
        now.materials()
                .forEach(material -> Optional.ofNullable(known.get(material.id()))
                        .ifPresent(fingerprint -> fingerprints.put(material, fingerprint)));
        return fingerprints;
    }

    private static void requireNoneWaiting(Situation now) {
        if (now.waitingTrigger() != null) {
            throw new PenstockException(
                    ErrorCode.ALREADY_RUNNING,
                    "Trigger \"" + now.waitingTrigger() + "\" of this pipeline is waiting for a look at its"
                            + " materials; wait until that is decided");
        }
    }

    private static void audit(Handle tx, Trigger trigger) {
        Wish wish = trigger.wish();
        AuditStore.record(
                tx,
                trigger.requestedBy(),
                "pipeline.trigger",
                "pipeline/" + trigger.pipeline(),
                Map.of(
                        "trigger",
                        trigger.id(),
                        "materials",
                        wish.pins(),
                        "variables",
                        wish.variables().stream().map(Variable::name).toList()));
    }

    private static void throwIfRefused(Answer answer) {
        if (answer instanceof Answer.Refused(var code, var message)) {
            throw new PenstockException(code, message);
        }
    }

    private static void requireNone(List<Violation> violations) {
        if (!violations.isEmpty()) {
            throw new PenstockException(
                    ErrorCode.INVALID,
                    "The trigger is not valid: " + violations.getFirst().message(),
                    violations);
        }
    }

    static PenstockException unknown(String pipeline) {
        return new PenstockException(ErrorCode.NOT_FOUND, "There is no pipeline \"" + pipeline + "\"");
    }
}
