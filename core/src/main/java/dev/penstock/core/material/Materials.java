package dev.penstock.core.material;

import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.http.Page;
import dev.penstock.core.http.Paging;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** What people and other features ask of materials. Thread-safe. */
public final class Materials {
    private final Database database;
    private final Signals signals;

    Materials(Database database, Signals signals) {
        this.database = database;
        this.signals = signals;
    }

    /** Asks for a look at each of them, soon; {@link RevisionListener#checked} tells when it is over. */
    public void ask(Handle tx, Collection<MaterialId> materials, String cause) {
        CheckQueue.ask(tx, materials, cause);
        signals.raise(tx, Channel.MATERIAL);
    }

    /** The fingerprints by which programs name materials. */
    public Map<MaterialId, String> fingerprints(Handle handle, Collection<MaterialId> materials) {
        return MaterialStore.fingerprints(handle, materials);
    }

    Page<MaterialQuery.Shown> page(boolean failing, Paging paging) {
        List<MaterialQuery.Shown> found = database.read(
                handle -> MaterialQuery.page(handle, failing, paging.afterNumber(), paging.limitAndOne()));
        return paging.page(found, material -> Long.toString(material.id()));
    }

    MaterialQuery.Shown show(MaterialId id) {
        return database.read(handle -> require(handle, id));
    }

    Page<MaterialQuery.Modification> modifications(MaterialId id, Paging paging) {
        List<MaterialQuery.Modification> found = database.read(handle -> {
            require(handle, id);
            return MaterialQuery.modifications(handle, id, paging.afterNumber(), paging.limitAndOne());
        });
        return paging.page(found, modification -> Long.toString(modification.id()));
    }

    Page<MaterialQuery.Event> events(MaterialId id, Paging paging) {
        List<MaterialQuery.Event> found = database.read(handle -> {
            require(handle, id);
            return MaterialQuery.events(handle, id, paging.afterNumber(), paging.limitAndOne());
        });
        return paging.page(found, event -> Long.toString(event.id()));
    }

    /** A person wants a look now, however long the wait after failures is. */
    MaterialQuery.Shown ask(MaterialId id, String by) {
        return database.inTransaction(tx -> {
            MaterialQuery.Shown material = require(tx, id);
            if (material.type().equals(MaterialDefinition.PIPELINE)) {
                throw new PenstockException(
                        ErrorCode.CONFLICT,
                        "Material \"" + material.name() + "\" is a stage of a pipeline: it is known at once when it"
                                + " passes, and there is nothing to look at");
            }
            ask(tx, List.of(id), by);
            return require(tx, id);
        });
    }

    private static MaterialQuery.Shown require(Handle handle, MaterialId id) {
        return MaterialQuery.find(handle, id)
                .orElseThrow(() ->
                        new PenstockException(ErrorCode.NOT_FOUND, "There is no material \"" + id.value() + "\""));
    }
}
