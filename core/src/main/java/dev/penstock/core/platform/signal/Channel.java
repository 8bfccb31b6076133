package dev.penstock.core.platform.signal;

/** What a signal is about. The lower-case name is the NOTIFY channel, prefixed by {@code penstock_}. */
public enum Channel {
    /** A material may have to be checked. */
    MATERIAL,
    /** A pipeline may have to be scheduled. */
    SCHEDULE,
    /** A job may be waiting, or a held one is to be cancelled. */
    DISPATCH,
    /** The event table has grown. */
    EVENTS,
    /** A console has grown. */
    CONSOLE
}
