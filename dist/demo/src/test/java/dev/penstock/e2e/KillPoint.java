package dev.penstock.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A place in the server at which it is ended without warning.
 *
 * @param type the class, with its package
 * @param place {@code ENTRY} or {@code EXIT}, as Byteman calls them
 * @param pass at the how manieth time that any thread comes by
 */
record KillPoint(String type, String method, String place, int pass) {

    /** Writes the rule; once it has fired it leaves {@code mark}, and does not fire again. */
    void arm(Path script, Path mark) throws IOException {
        Files.deleteIfExists(mark);
        Files.writeString(script, """
                RULE end the server
                CLASS %s
                METHOD %s
                AT %s
                BIND mark:java.io.File = new java.io.File("%s")
                IF incrementCounter("passes") >= %d AND mark.createNewFile()
                DO killJVM()
                ENDRULE
                """.formatted(type, method, place, mark, pass));
    }

    static void disarm(Path script) throws IOException {
        Files.writeString(script, "");
    }

    @Override
    public String toString() {
        return type.substring(type.lastIndexOf('.') + 1) + "." + method + " at " + place + ", pass " + pass;
    }
}
