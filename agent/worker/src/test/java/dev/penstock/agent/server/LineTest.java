package dev.penstock.agent.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP byte by byte, against a socket that says just what a test wants. */
final class LineTest {
    private static final Duration SILENCE = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private ServerSocket socket;
    private Line line;

    @BeforeEach
    void listen() throws IOException {
        socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        line = new Line(new ServerAddress(false, "127.0.0.1", socket.getLocalPort()), Trust.ofRuntime());
    }

    @AfterEach
    void close() throws IOException {
        line.close();
        socket.close();
    }

    @Test
    void readsABodyWithALengthAndKeepsTheConnection() throws IOException {
        connections(List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "HTTP/1.1 404 No\r\ncontent-length:0\r\n\r\n"));

        Reply first = line.send(get("/a"), "secret", null);
        Reply second = line.send(get("/b"), "", null);

        assertThat(text(first)).isEqualTo("hi");
        assertThat(second.status()).isEqualTo(404);
        assertThat(heard.get(0))
                .startsWith("GET /a HTTP/1.1\r\nHost: 127.0.0.1:")
                .contains("\r\nAuthorization: Bearer secret\r\n");
        assertThat(heard.get(1)).startsWith("GET /b").doesNotContain("Authorization");
    }

    @Test
    void readsChunksAndBodiesThatEndWithTheConnection() throws IOException {
        connections(
                List.of(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n",
                        "HTTP/1.1 200 OK\r\n\r\nto the end"),
                List.of("HTTP/1.1 204 None\r\nRetry-After: 7\r\n\r\n"));

        assertThat(text(line.send(get("/"), "", null))).isEqualTo("abcde");
        assertThat(text(line.send(get("/"), "", null))).isEqualTo("to the end");
        assertThat(line.send(get("/"), "", null).retryAfterSeconds()).isEqualTo(7);
    }

    @Test
    void opensAnotherConnectionWhenTheKeptOneWasClosed() throws IOException {
        connections(
                List.of("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"),
                List.of("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2"));

        String first = text(line.send(get("/"), "", null));
        String second = text(line.send(get("/"), "", null));

        assertThat(first + second).isEqualTo("12");
    }

    @Test
    void givesUpAServerThatSaysNothing() throws IOException {
        connections(List.of(""));

        assertThatThrownBy(() -> line.send(new Request("GET", "/", null, Duration.ofMillis(200)), "", null))
                .hasMessageStartingWith("No answer from http://127.0.0.1:")
                .hasMessageEndingWith("within 0 s");
    }

    @Test
    void refusesWhatIsNoHttp() throws IOException {
        connections(
                List.of("SSH-2.0-OpenSSH\r\n\r\n"),
                List.of("HTTP/1.1 200 OK\r\nX: " + "y".repeat(20_000) + "\r\n\r\n"),
                List.of("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
                List.of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
                List.of("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "close"));

        for (String message : List.of(
                "The answer is not HTTP: \"SSH-2.0-OpenSSH\"",
                "The answer's head has more than 16384 bytes",
                "The answer has a broken number",
                "The answer has a broken chunk",
                "The answer ended 4 bytes early")) {
            assertThatThrownBy(() -> line.send(get("/"), "", null)).hasMessage(message);
        }
    }

    @Test
    void sendsNoLargeBodyThatTheServerHasAlready() throws IOException {
        Path file = Files.write(folder.resolve("large"), new byte[2 << 20]);
        connections(
                List.of("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                List.of("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"));

        Reply had = line.send(put(file), "", null);
        Reply stored = line.send(put(file), "", null);

        assertThat(had.status()).isEqualTo(200);
        assertThat(stored.status()).isEqualTo(201);
        assertThat(heard.get(0)).contains("Expect: 100-continue");
        assertThat(heard).hasSize(3);
        assertThat(heard.get(2)).isEqualTo((2 << 20) + " bytes");
    }

    @Test
    void breaksOffARequestThatWaits() throws Exception {
        connections(List.of(""));
        var failures = new CopyOnWriteArrayList<String>();
        Thread waiting = Thread.ofPlatform().start(() -> {
            try {
                line.send(new Request("GET", "/", null, Duration.ofSeconds(30)), "", null);
            } catch (IOException e) {
                failures.add("broken off");
            }
        });
        while (heard.isEmpty()) {
            Thread.onSpinWait();
        }

        line.abort();
        waiting.join(5000);

        assertThat(failures).containsExactly("broken off");
    }

    @Test
    void writesAGoodBodyToItsPlaceAndKeepsABadOneForTheMessage() throws IOException {
        connections(List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nblob",
                "HTTP/1.1 409 Conflict\r\nContent-Length: 33\r\n\r\n{\"code\":\"gone\",\"detail\":\"It went\"}"));
        var place = new ByteArrayOutputStream();

        Reply good = line.send(get("/"), "", place);
        Reply bad = line.send(get("/"), "", place);

        assertThat(good.body()).isEmpty();
        assertThat(place).hasToString("blob");
        assertThat(bad.code()).isEqualTo("gone");
        assertThat(bad.detail()).isEqualTo("It went");
    }

    private static Request get(String target) {
        return new Request("GET", target, null, SILENCE);
    }

    private static Request put(Path file) throws IOException {
        return new Request("PUT", "/blob", Request.file(file), SILENCE);
    }

    private static String text(Reply reply) {
        return new String(reply.body(), StandardCharsets.ISO_8859_1);
    }

    /** Each list is a connection: after what is heard each time, the next text is said; then the connection ends. */
    @SafeVarargs
    private void connections(List<String>... scripts) {
        Thread.ofVirtual().start(() -> {
            for (List<String> script : scripts) {
                try (Socket accepted = socket.accept()) {
                    talk(accepted, script);
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private void talk(Socket accepted, List<String> script) throws IOException {
        InputStream in = accepted.getInputStream();
        for (String said : script) {
            if (said.equals("close")) {
                return;
            }
            if (said.startsWith("HTTP/1.1 201")) {
                heard.add(in.readNBytes(2 << 20).length + " bytes");
            } else {
                heard.add(head(in));
            }
            if (said.isEmpty()) {
                in.read(); // until the other side has enough of it
                return;
            }
            accepted.getOutputStream().write(said.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("closed");
            }
            head.append((char) c);
        }
        return head.toString();
    }
}
