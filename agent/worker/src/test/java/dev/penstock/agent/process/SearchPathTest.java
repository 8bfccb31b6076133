package dev.penstock.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.process.SearchPath.Search;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
final class SearchPathTest {
    @TempDir
    Path folder;

    @Test
    void looksInTheFoldersOfThePathInTheirOrder() throws IOException {
        Path first = program("a/tool", "rw-r--r--");
        Path second = program("b/tool", "rwxr-xr-x");

        Search search = find("tool", folder.resolve("none") + ":" + first.getParent() + ":" + second.getParent());

        assertThat(search).isEqualTo(new Search.Found(second));
    }

    @Test
    void beginsAtTheWorkingDirectoryWhenThereIsAFolderInTheCommand() throws IOException {
        Path tool = program("bin/tool", "rwxr-xr-x");

        assertThat(find("./bin/tool", "")).isEqualTo(new Search.Found(tool));
        assertThat(find(tool.toString(), "")).isEqualTo(new Search.Found(tool));
    }

    @Test
    void saysWhichCommandOnWhichPathOnWhichAgent() {
        assertThat(find("no-such-tool", "/usr/bin:/bin/nothing"))
                .isEqualTo(
                        new Search.NotFound(
                                "Command \"no-such-tool\" was not found on agent \"ALMA\". The PATH that was searched:"
                                        + " /usr/bin:/bin/nothing. Install it on the agent's machine, or give the job a PATH that holds it"));
    }

    @Test
    void saysWhenAProgramIsThereAndMayNotBeRun() throws IOException {
        Path script = program("build.sh", "rw-r--r--");

        assertThat(find("./build.sh", ""))
                .isEqualTo(new Search.NotFound("\"" + script + "\" on agent \"ALMA\" is not executable: set its x bit"
                        + " (chmod +x, or git update-index --chmod=+x)"));
        assertThat(find("./other.sh", "")).isInstanceOf(Search.NotFound.class);
        assertThat(find("a\0b", "/bin")).isInstanceOf(Search.NotFound.class);
    }

    private Search find(String command, String path) {
        return SearchPath.find(command, folder, path, "", "ALMA");
    }

    private Path program(String name, String rights) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
        return file;
    }
}
