package dev.penstock.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.plugin.task.TaskResult;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugin that docs/plugin-authors.md shows is compiled as it stands there, installed and run. */
class AuthorsGuideTest {
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final int MOST_LINES = 60;

    private static String shown() throws Exception {
        Matcher block = JAVA.matcher(Files.readString(Path.of("../../docs/plugin-authors.md")));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    @Test
    void examplePassesWhenSomethingListens(@TempDir Path root) throws Exception {
        var folders = Hosts.Folders.in(root);
        PluginJar.of("wait-for-port")
                .type(new Sources.Text("example.WaitForPort", shown()))
                .dropInto(folders.external(), "wait-for-port-1.0.0.jar");
        try (PluginHost host = folders.open();
                var socket = new ServerSocket(0)) {
            TaskHandle task = host.taskType("wait-for-port").orElseThrow();
            var free = task.read(Map.of("port", 1, "seconds", 0));

            assertThat(task.run(
                            new Hosts.Context(),
                            task.read(Map.of("port", socket.getLocalPort())).values()))
                    .isEqualTo(new TaskResult.Passed());
            assertThat(task.run(new Hosts.Context(), free.values()))
                    .isEqualTo(TaskResult.Failed.because("nothing listens on port 1 of alma"));
        }
    }

    @Test
    void exampleIsShort() throws Exception {
        assertThat(shown().lines().count()).isLessThan(MOST_LINES);
    }
}
