package dev.penstock.core.config;

import dev.penstock.core.config.DefinitionStore.Head;
import dev.penstock.core.config.ReferenceStore.Use;
import dev.penstock.core.config.model.Names;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.ReferenceRules;
import dev.penstock.core.config.model.Rewriting;
import dev.penstock.core.config.write.DefinitionDiff;
import dev.penstock.core.config.write.MergePatch;
import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.plugin.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Changes definitions: each save is a new version, with what follows from it in the same transaction. Thread-safe.
 *
 * <p>What a definition says is checked before the transaction, because plugins are asked; what it says about others,
 * inside.
 */
public final class Pipelines {
    /** The history shows the rest. */
    private static final int MAX_AUDITED_PATHS = 50;

    private static final int MAX_USES = 10;

    private final Database database;
    private final Definitions definitions;
    private final DefinitionTexts texts;
    private final ReferenceCheck check;
    private final SecretStore secrets;
    private final EventStore events;
    private final List<DefinitionListener> listeners;

    Pipelines(
            Database database,
            Definitions definitions,
            DefinitionTexts texts,
            ReferenceCheck check,
            SecretStore secrets,
            EventStore events,
            List<DefinitionListener> listeners) {
        this.database = database;
        this.definitions = definitions;
        this.texts = texts;
        this.check = check;
        this.secrets = secrets;
        this.events = events;
        this.listeners = List.copyOf(listeners);
    }

    private enum Act {
        CREATE,
        SAVE,
        RESTORE,
        DELETE;

        String action() {
            return "pipeline." + name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Makes a pipeline. One that was deleted is made again: its history and counter go on.
     *
     * @throws PenstockException NAME_TAKEN, or INVALID with every mistake
     */
    public Saved create(DefinitionText text, SaveTerms terms) {
        Draft draft = texts.one(text);
        return transact(terms, tx -> store(tx, Act.CREATE, draft.written().name(), draft, terms));
    }

    /**
     * Saves a pipeline that exists.
     *
     * @throws PenstockException NOT_FOUND, GONE, STALE, or INVALID with every mistake
     */
    public Saved update(String name, DefinitionText text, SaveTerms terms) {
        Draft draft = texts.one(text);
        return transact(terms, tx -> store(tx, Act.SAVE, name, draft, terms));
    }

    /** Saves a pipeline with parts of its JSON form replaced (RFC 7396); otherwise as {@link #update}. */
    public Saved patch(String name, String patch, SaveTerms terms) {
        PipelineDefinition before = database.read(handle -> {
            Head head = DefinitionStore.head(handle, name).orElse(null);
            return written(handle, expect(handle, Act.SAVE, name, head, terms));
        });
        Draft draft = texts.merged(MergePatch.apply(before, patch));
        return transact(terms, tx -> store(tx, Act.SAVE, name, draft, terms));
    }

    /** Saves an older version again; also brings a deleted pipeline back. */
    public Saved restore(String name, int version, SaveTerms terms) {
        PipelineDefinition old = database.read(handle -> {
            Head head = DefinitionStore.head(handle, name).orElseThrow(() -> Absent.never(name));
            return VersionStore.written(handle, head.id(), version)
                    .orElseThrow(() -> Absent.version(head.name(), version, head.version()));
        });
        Draft draft = texts.again(old, version);
        return transact(terms, tx -> store(tx, Act.RESTORE, name, draft, terms));
    }

    /**
     * Deletes a pipeline; its versions, runs and counter stay.
     *
     * @throws PenstockException IN_USE when others name it, ALREADY_RUNNING, NOT_FOUND, GONE or STALE
     * @return the version that says so
     */
    public int delete(String name, SaveTerms terms) {
        return transact(terms, tx -> {
            DefinitionStore.lockAll(tx);
            Head head =
                    expect(tx, Act.DELETE, name, DefinitionStore.lock(tx, name).orElse(null), terms);
            refuseWhenUsed(tx, head);
            int version = head.version() + 1;
            PipelineDefinition last = written(tx, head);
            DefinitionStore.delete(tx, head.id(), version);
            VersionStore.add(
                    tx,
                    new VersionStore.Entry(
                            head.id(), version, head.definitionId(), terms.by(), terms.comment(), null, true),
                    last);
            ReferenceStore.replace(tx, head.id(), List.of());
            listeners.forEach(listener -> listener.deleted(tx, head.id()));
            record(tx, Act.DELETE, head.id(), last, version, terms, List.of());
            return version;
        });
    }

    private Saved store(Handle tx, Act act, String name, Draft draft, SaveTerms terms) {
        DefinitionStore.lockAll(tx);
        Head head = DefinitionStore.lock(tx, name).orElse(null);
        if (act == Act.CREATE) {
            refuseTaken(head);
        } else {
            expect(tx, act, name, head, terms);
        }
        checkAll(tx, name, head, draft);
        PipelineDefinition before = head == null || head.deleted() ? null : written(tx, head);
        List<DefinitionDiff.Change> changes = before == null
                ? DefinitionDiff.added(draft.written())
                : DefinitionDiff.between(before, draft.written());
        if (head != null && before != null && isTheSame(tx, head, before, draft)) {
            return new Saved(head.id(), head.name(), head.version(), false, before, List.of(), draft.notes());
        }
        PipelineId id = head == null ? DefinitionStore.nextId(tx) : head.id();
        int version = head == null ? 1 : head.version() + 1;
        UnaryOperator<SecretRef> stored = keep(tx, id, draft.fresh());
        PipelineDefinition written = Rewriting.secrets(stored).of(draft.written());
        PipelineDefinition resolved = Rewriting.secrets(stored).of(draft.resolved());
        DefinitionId definitionId = DefinitionStore.intern(tx, resolved);
        DefinitionStore.put(tx, id, version, written, definitionId);
        VersionStore.add(
                tx,
                new VersionStore.Entry(
                        id, version, definitionId, terms.by(), terms.comment(), draft.restoredFrom(), false),
                written);
        ReferenceStore.replace(tx, id, ReferenceRules.of(resolved));
        var current = new CurrentDefinition(id, version, definitionId, resolved);
        listeners.forEach(listener -> listener.saved(tx, current));
        record(tx, act, id, written, version, terms, changes);
        return new Saved(
                id, written.name(), version, true, terms.dryRun() ? draft.written() : written, changes, draft.notes());
    }

    private static void refuseTaken(@Nullable Head head) {
        if (head != null && !head.deleted()) {
            throw new PenstockException(
                    ErrorCode.NAME_TAKEN,
                    "There is a pipeline \"" + head.name() + "\" already; names that differ only in case are the same");
        }
    }

    /** The pipeline's row when it is in the state from which the act may be done. */
    private static Head expect(Handle handle, Act act, String name, @Nullable Head head, SaveTerms terms) {
        if (head == null) {
            throw Absent.never(name);
        }
        if (head.deleted() && act != Act.RESTORE) {
            throw Absent.deleted(handle, head);
        }
        if (terms.expected() != SaveTerms.ANY && terms.expected() != head.version()) {
            VersionStore.Version newest =
                    VersionStore.find(handle, head.id(), head.version()).orElseThrow();
            throw new PenstockException(
                    ErrorCode.STALE,
                    "Pipeline \"" + head.name() + "\" is at version " + head.version() + ", saved by \""
                            + newest.savedBy() + "\" at " + newest.savedAt() + "; your change was made from version "
                            + terms.expected() + ". Read it again and repeat the change");
        }
        return head;
    }

    private void checkAll(Handle tx, String name, @Nullable Head head, Draft draft) {
        List<Violation> found = new ArrayList<>();
        if (!Names.key(draft.written().name()).equals(Names.key(name))) {
            found.add(Violation.at(
                    "/name",
                    "immutable",
                    "The pipeline is called \"" + name + "\", and \""
                            + draft.written().name() + "\" would be another one; a pipeline keeps its name"));
        }
        found.addAll(check.secrets(tx, draft.written(), head == null ? null : head.id()));
        found.addAll(check.pipelines(tx, List.of(draft.resolved())).getFirst());
        if (!found.isEmpty()) {
            throw DefinitionTexts.invalid(found.stream().map(draft.locate()).toList());
        }
    }

    private boolean isTheSame(Handle tx, Head head, PipelineDefinition before, Draft draft) {
        return draft.fresh().isEmpty()
                && before.equals(draft.written())
                && definitions.byId(tx, head.definitionId()).equals(draft.resolved());
    }

    private UnaryOperator<SecretRef> keep(Handle tx, PipelineId id, List<Secret> fresh) {
        List<SecretRef> stored = new ArrayList<>();
        for (Secret value : fresh) {
            stored.add(secrets.put(tx, SecretStore.scope(id), value.reveal()));
        }
        return ref -> ref.isStored() ? ref : stored.get(Math.toIntExact(-ref.secretRef() - 1));
    }

    private static PipelineDefinition written(Handle handle, Head head) {
        return VersionStore.written(handle, head.id(), head.version())
                .orElseThrow(() -> new IllegalStateException("Pipeline " + head.id() + " lost its newest version"));
    }

    private static void refuseWhenUsed(Handle tx, Head head) {
        List<Use> uses = ReferenceStore.usesOf(tx, head.name(), MAX_USES);
        if (!uses.isEmpty()) {
            List<Violation> reasons = uses.stream()
                    .map(use -> Violation.at(
                            use.pointer(),
                            "in_use",
                            "Pipeline \"" + use.pipeline() + "\" "
                                    + (use.material() ? "waits for it" : "fetches artifacts from it")))
                    .toList();
            throw new PenstockException(
                    ErrorCode.IN_USE,
                    "Pipeline \"" + head.name() + "\" cannot be deleted, because others need it: "
                            + String.join(
                                    ", ",
                                    uses.stream().map(Use::pipeline).distinct().toList()),
                    reasons);
        }
        DefinitionStore.activeRun(tx, head.id()).ifPresent(counter -> {
            throw new PenstockException(
                    ErrorCode.ALREADY_RUNNING,
                    "Pipeline \"" + head.name() + "\" cannot be deleted while run " + counter
                            + " is under way; cancel it or wait for its end");
        });
    }

    private void record(
            Handle tx,
            Act act,
            PipelineId id,
            PipelineDefinition definition,
            int version,
            SaveTerms terms,
            List<DefinitionDiff.Change> changes) {
        String object = "pipeline/" + definition.name();
        List<String> paths = changes.stream()
                .map(DefinitionDiff.Change::path)
                .limit(MAX_AUDITED_PATHS)
                .toList();
        AuditStore.record(
                tx,
                terms.by(),
                act.action(),
                object,
                Map.of("version", version, "comment", terms.comment(), "changes", paths));
        events.append(
                tx,
                object,
                act == Act.DELETE ? "pipeline.deleted" : "pipeline.saved",
                Map.of(
                        "id", id,
                        "name", definition.name(),
                        "group", definition.group(),
                        "version", version,
                        "by", terms.by()));
    }

    /** Commits, or rolls a dry run back and answers all the same. */
    private <T> T transact(SaveTerms terms, Function<Handle, T> work) {
        if (!terms.dryRun()) {
            return database.inTransaction(work);
        }
        List<T> answer = new ArrayList<>();
        try {
            database.useTransaction(tx -> {
                answer.add(work.apply(tx));
                throw new DryRun();
            });
        } catch (DryRun _) {
            // Rolled back, as intended.
        }
        return answer.getFirst();
    }

    private static final class DryRun extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DryRun() {
            super(null, null, false, false);
        }
    }
}
