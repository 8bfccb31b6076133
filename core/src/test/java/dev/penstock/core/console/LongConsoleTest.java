package dev.penstock.core.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.ConsoleReply;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.ConnectedAgent;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.WithDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A long console with one line that never ends, through a whole server. With {@code -Dpenstock.console.mebibytes=1024} it
 * is as long as a console may be; what it took is then printed.
 */
@WithDatabase
class LongConsoleTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final int MEBIBYTES = Integer.getInteger("penstock.console.mebibytes", 64);

    /** The server may hold some chunks of each that reads and writes; never a console. */
    private static final long MOST_GROWTH = 48L * MEBIBYTE;

    private final TestServer server;
    private final ConsoleFixture on;

    LongConsoleTest(Database database, Signals signals, EventStore events) throws IOException {
        server = TestServer.on(database, signals, events).start();
        on = new ConsoleFixture(database, signals, events, server.data().resolve("consoles"), 1L << 40);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aLongConsoleTakesNoMemoryToStoreFollowPackAndRead() throws Exception {
        ConnectedAgent agent = ConnectedAgent.to(server, "alma");
        JobRunId job = on.runningJob(agent.id());
        String path = "/api/v1/jobs/" + job.value() + "/console";
        byte[] chunk = ConsoleFolderTest.randomLines(MEBIBYTE);
        byte[] line = new byte[MEBIBYTE];
        Arrays.fill(line, (byte) 'x');
        MessageDigest sent = sha256();
        long before = used();
        long most = 0;

        long begun = System.nanoTime();
        try (BufferedReader slow = new BufferedReader(new InputStreamReader(
                server.api().request("GET", path + "/stream").open(), StandardCharsets.UTF_8))) {
            assertThat(slow.readLine()).isNotNull();
            for (long i = 0; i < MEBIBYTES; i++) {
                byte[] next = i < MEBIBYTES / 2 ? line : chunk;
                sent.update(next);
                var reply = agent.put(
                                "/agent/v1/jobs/" + job.value() + "/console?attempt=1&offset=" + i * MEBIBYTE, next)
                        .expect(200);
                assertThat(ConnectedAgent.read(reply, ConsoleReply.class).length())
                        .isEqualTo((i + 1) * MEBIBYTE);
                if (i % (MEBIBYTES / 4) == 0) {
                    most = Math.max(most, used());
                }
            }
        }
        report("stored", begun);
        on.pass(job, 1);
        begun = System.nanoTime();
        new ConsolePacker(on.database, on.bytes, Duration.ZERO).step();
        report("packed", begun);
        most = Math.max(most, used());

        begun = System.nanoTime();
        assertThat(received(server.api().request("GET", path).open())).isEqualTo(hex(sent));
        report("read", begun);
        begun = System.nanoTime();
        var tail = server.api().get(path + "?tail=1000").expect(200);
        report("last page", begun);
        most = Math.max(most, used());
        assertThat(tail.text().lines()).hasSize(1000);
        assertThat(most - before).as("growth of the heap").isLessThan(MOST_GROWTH);
    }

    private static String received(InputStream body) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[64 * 1024];
        try (body) {
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return hex(digest);
    }

    private static void report(String what, long begun) {
        long millis = (System.nanoTime() - begun) / 1_000_000;
        if (MEBIBYTES > 64) {
            System.out.println(what + " " + MEBIBYTES + " MiB in " + millis + " ms");
        }
    }

    /** What is left of the heap after a collection. */
    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
