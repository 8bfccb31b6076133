package dev.penstock.plugin.material;

import java.nio.file.Path;
import java.time.Duration;

/** What a material type has of its host during a call. Valid until the call returns. Thread-safe. */
public interface MaterialContext {

    /** A directory for this material alone, kept between polls; may be deleted by the host at any time between calls. */
    Path cacheDirectory();

    /** How long to wait for a connection or for the next bytes. */
    Duration networkTimeout();

    /** The most bytes that one poll or checkout may fetch. */
    long fetchLimitBytes();

    /**
     * Whether the operator lists this folder, or one above it, as a place from which materials may be read. The folder is
     * absolute and normalized; a type asks twice, for the folder as it was given and for where its links lead, and reads it
     * only when both are allowed. So the host compares with its own list as written and as its links lead.
     */
    boolean allowsLocalFolder(Path folder);

    /**
     * A file of SSH host keys in OpenSSH's known_hosts form. A host that is not in it is written to it at first use and
     * must not change after that.
     */
    Path knownHostsFile();
}
