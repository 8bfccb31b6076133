package dev.penstock.core.config.model;

/** JSON pointers (RFC 6901). */
public final class Pointers {
    private Pointers() {}

    /** One step deeper: a name or an index. */
    public static String step(String pointer, Object name) {
        return pointer + "/" + name.toString().replace("~", "~0").replace("/", "~1");
    }
}
