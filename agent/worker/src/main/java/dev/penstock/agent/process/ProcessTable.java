package dev.penstock.agent.process;

import java.util.List;
import java.util.Optional;

/** The processes of this machine. Thread-safe. */
public interface ProcessTable {

    /** The best that this machine offers. */
    static ProcessTable ofMachine() {
        return LinuxProcessTable.isUsable() ? new LinuxProcessTable() : new PortableProcessTable();
    }

    /** The process of that number. */
    Optional<SeenProcess> find(long pid);

    /** Processes that may have started after a given one; it may list more, never fewer. */
    List<SeenProcess> startedAfter(SeenProcess earliest);

    /** All processes. */
    List<SeenProcess> all();

    /** The value of a variable in the environment with which the process was started; empty when it cannot be read. */
    Optional<String> variable(SeenProcess process, String name);

    /** Whether it was started to outlive its terminal, as {@code nohup} does: it ignores SIGHUP. */
    boolean ignoresHangup(SeenProcess process);

    /** What its standard output and standard error are, such as {@code pipe:[123]}; empty texts when unknown. */
    List<String> outputs(SeenProcess process);

    /** A word for people, such as {@code java}; the pid when unknown. */
    String name(SeenProcess process);

    /** Changes when the machine is restarted, which gives all pids anew. */
    String bootId();
}
