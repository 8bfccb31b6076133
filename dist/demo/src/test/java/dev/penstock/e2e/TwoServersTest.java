package dev.penstock.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.demo.Api;
import dev.penstock.demo.Archives;
import dev.penstock.demo.Program;
import dev.penstock.demo.Waiting;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** F-14: two server processes share a database and the agents; one is killed, and the other goes on. */
class TwoServersTest {
    private static final int ROUNDS = 2;

    @Test
    void theJobsOfAKilledServerGoOnAtTheOther() throws Exception {
        try (var installation = new Installation();
                var way = new NetworkCut(installation.port())) {
            int port = Installation.freePort();
            var second = new Api("http://127.0.0.1:" + port);
            try (Program other = Program.start(
                    "penstock-server",
                    Archives.folder("server"),
                    installation.folder().resolve("second"),
                    installation.settingsOfAnother(port),
                    Map.of())) {
                Waiting.until("the second server is ready", Installation.READY, second::isReady);
                way.leadTo(port);
                installation.startAgents(List.of(installation.network(), way));
                var workload = new Workload(installation, Workload.Size.LOAD);
                Workload.Mark before = workload.mark();

                for (int round = 0; round < ROUNDS; round++) {
                    int begun = workload.journal().size();
                    workload.triggerAll();
                    Waiting.until(
                            "jobs have started",
                            Installation.SOON,
                            () -> workload.journal().size() >= begun + 2);
                    other.kill();
                    way.leadTo(installation.port());
                    workload.awaitAllOver(before);
                    other.startAgain();
                    Waiting.until("the second server is ready again", Installation.READY, second::isReady);
                    way.leadTo(port);
                }
                var invariants = new Invariants(installation, workload, before);
                invariants.hold();
                invariants.allPassed();
                assertThat(workload.journal()).doesNotHaveDuplicates();
                assertThat(Files.readString(other.home().resolve("logs/penstock-server.log")))
                        .as("what the second server gave to agents")
                        .contains("Job assigned");
            }
        }
    }
}
