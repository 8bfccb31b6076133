package dev.penstock.core.config.parse;

/** JSON pointers (RFC 6901). */
final class Pointers {
    private Pointers() {}

    static String step(String pointer, Object name) {
        return pointer + "/" + name.toString().replace("~", "~0").replace("/", "~1");
    }
}
