package dev.penstock.e2e;

/** Something that is done to a server, so that it passes a certain place. */
enum Act {
    TRIGGER,
    COMMIT,
    HOOK,
    SAVE,
    CANCEL,
    RERUN,
    START_SERVER
}
