package dev.penstock.agent.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class AgentLogTest {
    @TempDir
    Path folder;

    @Test
    void writesALineForEachEventWithItsFacts() throws IOException {
        Logger log = LoggerFactory.getLogger(AgentLogTest.class);
        AgentLog.directory(folder);

        log.atInfo().addKeyValue("job", 42).log("Job begins");
        log.warn("{} of {}\nforged line", 1, 2);
        log.atError().setCause(new IllegalStateException("broken")).log("It broke");
        log.debug("not shown");

        assertThat(Files.readAllLines(folder.resolve("penstock-agent.log")))
                .hasSizeGreaterThan(4)
                .noneMatch(line -> line.contains("not shown"))
                .satisfies(lines -> {
                    assertThat(lines.get(0)).matches("2\\d{3}-.*Z INFO AgentLogTest Job begins job=\"42\"");
                    assertThat(lines.get(1)).endsWith("WARN AgentLogTest 1 of 2 forged line");
                    assertThat(lines.get(2)).endsWith("ERROR AgentLogTest It broke");
                    assertThat(lines.get(3)).isEqualTo("java.lang.IllegalStateException: broken");
                });
    }

    @Test
    void beginsAnewWhenItIsLargeAndKeepsTwoOlderOnes() {
        var file = new LogFile(folder.resolve("log"), 10);

        for (int i = 1; i <= 5; i++) {
            file.append("line " + i + " .....\n");
        }

        assertThat(folder.resolve("log")).hasContent("line 5 .....");
        assertThat(folder.resolve("log.1")).hasContent("line 4 .....");
        assertThat(folder.resolve("log.2")).hasContent("line 3 .....");
        assertThat(folder.toFile().list()).hasSize(3);
    }
}
