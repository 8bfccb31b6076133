package dev.penstock.e2e;

/**
 * A place at which a process is ended without warning.
 *
 * @param name what has been done by then, and what has not
 * @param victim the process in which the place is
 * @param type the class, with its package
 * @param place {@code ENTRY} or {@code EXIT}, as Byteman calls them
 * @param caller a method that has to be among the callers, as {@code package.Class.method}; empty for any
 * @param act what leads there
 */
record KillPoint(String name, Victim victim, String type, String method, String place, String caller, Act act) {

    /** Which process is ended, and what that may cost. */
    enum Victim {
        SERVER,
        /** An agent whose job has not begun, or has ended: nobody notices. */
        AGENT,
        /** An agent in the midst of a job: that runs again, or a person is asked. */
        WORKING_AGENT
    }

    KillPoint calledFrom(String method) {
        return new KillPoint(name, victim, type, this.method, place, method, act);
    }

    @Override
    public String toString() {
        return name;
    }
}
