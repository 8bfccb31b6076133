package dev.penstock.core.material;

import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import java.util.Collection;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** What other features ask of materials. Thread-safe. */
public final class Materials {
    private final Signals signals;

    Materials(Signals signals) {
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
}
