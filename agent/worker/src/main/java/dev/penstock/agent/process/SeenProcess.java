package dev.penstock.agent.process;

/**
 * A process at one moment. Pid and start together name it: a pid alone may be given to another one later.
 *
 * @param start when it began, in the kernel's own ticks since the machine started
 * @param group its process group; 0 when unknown
 * @param session its session; 0 when unknown
 * @param gone it has ended and only waits for its parent to notice
 */
record SeenProcess(long pid, long start, long parent, long group, long session, boolean gone) {

    boolean isSame(SeenProcess other) {
        return pid == other.pid && start == other.start;
    }
}
