package dev.penstock.core.run;

import dev.penstock.core.platform.ids.AgentId;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Which hosts a job could run on; {@code agent} implements it. Thread-safe. */
public interface AgentDirectory {

    /**
     * The enabled agents that have all these resources and belong to the environment, by name: those that live, and
     * those that have fallen silent.
     *
     * @param resources in lower case
     * @param environment null: agents of no environment
     */
    List<Host> matching(Handle tx, Collection<String> resources, @Nullable String environment);

    /** @param live heard of lately, so that work given to it would start soon */
    record Host(AgentId id, String name, boolean live) {}
}
