package dev.penstock.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The main job: what {@code ./dev demo --exit-when-green} does, as a process of its own. */
class DemoTest {

    @Test
    void aCommitIsServedByBothMachinesAndNoProcessIsLeft() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process demo = new ProcessBuilder(
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.penstock.demo.Demo",
                        "--exit-when-green",
                        "--port",
                        Integer.toString(Installation.freePort()))
                .redirectErrorStream(true)
                .start();

        String said = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(demo.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(demo.exitValue()).as(said).isZero();
        assertThat(said).contains("was1 serves", "was2 serves").doesNotContain("Could not be ended");
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse(""))
                        .filter(command -> command.contains("penstock-demo")))
                .isEmpty();
    }
}
