package dev.penstock.core.material;

import dev.penstock.core.platform.ids.MaterialId;
import org.jdbi.v3.core.Handle;

/**
 * Hears what checks of materials find, in the transaction that keeps it; {@code schedule} implements it. The transaction
 * holds the lock of the material's row: no pipeline may be locked in it. Thread-safe.
 */
public interface RevisionListener {

    /** The material has new revisions. */
    void arrived(Handle tx, MaterialId material);

    /** A check that somebody had asked for is over, whatever it found. */
    void checked(Handle tx, MaterialId material);
}
