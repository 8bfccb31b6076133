package dev.penstock.plugins.ant;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A PATH in front of which a tool stands that is a line of shell. */
final class FakeTools {
    private FakeTools() {}

    static Map<String, String> path(String tool, String line) throws IOException {
        Path folder = Files.createTempDirectory("tools-");
        Path file = Files.writeString(folder.resolve(tool), "#!/bin/sh\n" + line + "\n");
        file.toFile().setExecutable(true);
        file.toFile().deleteOnExit();
        folder.toFile().deleteOnExit();
        var environment = new HashMap<>(System.getenv());
        environment.put("PATH", folder + ":" + System.getenv("PATH"));
        return environment;
    }
}
