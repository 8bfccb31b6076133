package dev.penstock.core.material;

import dev.penstock.core.material.Finding.Changed;
import dev.penstock.core.material.Finding.Failed;
import dev.penstock.core.material.Finding.Postponed;
import dev.penstock.core.material.Finding.Rewritten;
import dev.penstock.core.material.Finding.Unchanged;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.plugin.material.Revision;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Keeps what looks at materials find: each in one transaction, together with everything that follows from it. Thread-safe. */
final class Findings {
    private final Database database;
    private final RevisionListener listener;
    private final EventStore events;
    private final Duration interval;

    Findings(Database database, RevisionListener listener, EventStore events, Duration interval) {
        this.database = database;
        this.listener = listener;
        this.events = events;
        this.interval = interval;
    }

    /** Stores what a type says of a material, where that is news. */
    void describe(MaterialId id, String displayName, @Nullable String host) {
        database.useTransaction(tx -> CheckStore.describe(tx, id, displayName, host));
    }

    /** Ends the claim with what was found. */
    void keep(Claim claim, Finding finding) {
        database.useTransaction(tx -> keep(tx, claim, finding));
    }

    private void keep(Handle tx, Claim claim, Finding finding) {
        switch (finding) {
            case Unchanged _
            when !claim.asked() && CheckStore.stillWell(tx, claim.id(), claim.claimedAt(), afterSuccess()) -> {}
            case Unchanged _ -> succeeded(tx, claim, "", List.of());
            case Changed(var revisions) -> succeeded(tx, claim, "", revisions);
            case Rewritten(var explanation, var revisions) -> succeeded(tx, claim, explanation, revisions);
            case Failed failed -> failed(tx, claim, failed);
            case Postponed(var pause) -> CheckStore.postpone(tx, claim.id(), pause);
        }
    }

    /** @param rewritten what has become of the history; empty when it goes on */
    private void succeeded(Handle tx, Claim claim, String rewritten, List<Revision> revisions) {
        MaterialId id = claim.id();
        CheckStore.Row before = CheckStore.lock(tx, id).orElseThrow();
        boolean found = !rewritten.isEmpty() || !revisions.isEmpty();
        if (found
                && !Objects.equals(
                        claim.lastKnown(), RevisionStore.newest(tx, id).orElse(null))) {
            // The claim had run out and another look has come first: this answer is to a question of the past.
            CheckStore.postpone(tx, id, Duration.ZERO);
            return;
        }
        CheckStore.succeed(tx, id, claim.claimedAt(), afterSuccess());
        if (before.failures() > 0) {
            event(tx, id, before, "RECOVERED", "Can be read again after " + times(before.failures()));
        }
        if (!rewritten.isEmpty()) {
            event(tx, id, before, "HISTORY_REWRITTEN", RevisionStore.text(rewritten, Check.MAX_MESSAGE_CHARS));
        }
        if (!revisions.isEmpty()) {
            RevisionStore.append(tx, id, revisions);
            events.append(tx, "material/" + id.value(), "material.changed", changed(before, revisions));
            listener.arrived(tx, id);
        }
        answered(tx, claim);
    }

    private void failed(Handle tx, Claim claim, Failed failed) {
        MaterialId id = claim.id();
        CheckStore.Row before = CheckStore.lock(tx, id).orElseThrow();
        double chance = ThreadLocalRandom.current().nextDouble();
        CheckStore.fail(
                tx, id, claim.claimedAt(), failed, CheckPace.afterFailure(interval, before.failures() + 1, chance));
        if (!failed.kind().equals(before.errorKind())) {
            boolean gone = failed.kind().equals(Failed.BRANCH_NOT_FOUND) && claim.lastKnown() != null;
            event(tx, id, before, gone ? "BRANCH_DELETED" : "FAILED", failed.message());
        }
        answered(tx, claim);
    }

    private void answered(Handle tx, Claim claim) {
        if (claim.asked()) {
            CheckStore.clearMarker(tx, claim.id(), claim.claimedAt());
            listener.checked(tx, claim.id());
        }
    }

    private void event(Handle tx, MaterialId id, CheckStore.Row material, String kind, String message) {
        CheckStore.record(tx, id, kind, message);
        events.append(
                tx,
                "material/" + id.value(),
                "material." + kind.toLowerCase(Locale.ROOT),
                Map.of("id", id.value(), "name", material.displayName(), "message", message));
    }

    private static Map<String, Object> changed(CheckStore.Row material, List<Revision> revisions) {
        Revision newest = revisions.getLast();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", material.displayName());
        body.put("revisions", revisions.size());
        body.put("newest", RevisionStore.text(newest.id(), 255));
        body.put("author", RevisionStore.text(newest.author(), 255));
        return body;
    }

    private Duration afterSuccess() {
        return CheckPace.afterSuccess(interval, ThreadLocalRandom.current().nextDouble());
    }

    private static String times(int failures) {
        return failures == 1 ? "one failed look" : failures + " failed looks";
    }
}
