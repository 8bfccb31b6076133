package dev.penstock.plugin;

/** A value that must not be shown. Its {@link #toString()} is {@code ***}; {@link #reveal()} marks each place of use. */
public final class Secret {
    private final String value;

    /** Wraps a value; the text itself is kept in memory until this object is collected. */
    public Secret(String value) {
        this.value = value;
    }

    /** Returns the value, for the one call that needs it. */
    public String reveal() {
        return value;
    }

    @Override
    public String toString() {
        return "***";
    }
}
