package dev.penstock.plugins.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import dev.penstock.testkit.LocalMaterial;
import dev.penstock.testkit.TestValues;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What "test connection" says, and whom it never talks to. */
@Timeout(30)
class CheckTest {
    private final GitMaterial git = new GitMaterial();

    @TempDir
    Path folder;

    private LocalMaterial context;

    @BeforeEach
    void makeContext() throws Exception {
        context = LocalMaterial.in(Files.createDirectories(folder.resolve("server")))
                .waiting(Duration.ofSeconds(1));
    }

    private static void assertRefused(ThrowingCallable call, Kind kind, String... words) {
        assertThatThrownBy(call).isInstanceOfSatisfying(MaterialException.class, e -> {
            assertThat(e).hasMessageContainingAll(words);
            assertThat(e.kind()).isEqualTo(kind);
        });
    }

    private void check(TestValues values) throws Exception {
        git.check(context, values);
    }

    private static TestValues asAlma(String url, String password) {
        return Repo.values(url).with("username", GitHttp.USER).with("password", password);
    }

    @Test
    void acceptsTheRightPassword() throws Exception {
        Repo repo = Repo.in(folder.resolve("source"));
        try (GitHttp server = GitHttp.closed(repo.root())) {
            check(asAlma(server.url("app.git"), GitHttp.PASSWORD));

            assertThat(server.requests()).hasSize(2);
        }
    }

    @Test
    void acceptsUserAndPasswordInTheUrl() throws Exception {
        Repo repo = Repo.in(folder.resolve("source"));
        try (GitHttp server = GitHttp.closed(repo.root())) {
            check(Repo.values(server.url("app.git").replace("http://", "http://alma:open%20sesame@")));
        }
    }

    @Test
    void wrongPasswordIsTriedOnceAndNotShown() throws Exception {
        Repo repo = Repo.in(folder.resolve("source"));
        try (GitHttp server = GitHttp.closed(repo.root())) {
            assertRefused(
                    () -> check(asAlma(server.url("app.git"), "wr0ng-word")),
                    Kind.AUTHENTICATION,
                    server.url("app.git"),
                    "does not accept the user and password");

            assertThat(server.requests()).hasSize(1);
            assertThatThrownBy(() -> check(asAlma(server.url("app.git"), "wr0ng-word")))
                    .hasMessageNotContaining("wr0ng-word");
        }
    }

    @Test
    void missingPasswordIsAskedFor() throws Exception {
        Repo repo = Repo.in(folder.resolve("source"));
        try (GitHttp server = GitHttp.closed(repo.root())) {
            assertRefused(
                    () -> check(Repo.values(server.url("app.git"))),
                    Kind.AUTHENTICATION,
                    "asks for user and password; give both");
        }
    }

    @Test
    void missingRepositoryIsTold() throws Exception {
        Repo repo = Repo.in(folder.resolve("source"));
        try (GitHttp server = GitHttp.open(repo.root())) {
            assertRefused(
                    () -> check(Repo.values(server.url("ap.git"))),
                    Kind.NOT_FOUND,
                    "There is no repository at " + server.url("ap.git"));
        }
    }

    @Test
    void forbiddenRepositoryIsTold() throws Exception {
        try (GitHttp server = GitHttp.answering(403, "X-Nothing", "x")) {
            assertRefused(
                    () -> check(asAlma(server.url("app.git"), "word")), Kind.AUTHENTICATION, "403", "to this user");
        }
    }

    @Test
    void serverInTroubleIsTold() throws Exception {
        try (GitHttp server = GitHttp.answering(503, "Retry-After", "5")) {
            assertRefused(() -> check(Repo.values(server.url("app.git"))), Kind.UNREACHABLE, "503", "later");
        }
    }

    @Test
    void unknownHostIsTold() {
        assertRefused(
                () -> check(Repo.values("https://no-such-host.invalid/app.git")),
                Kind.UNREACHABLE,
                "\"no-such-host.invalid\" is not known");
    }

    @Test
    void portWhereNobodyListensIsTold() throws Exception {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }

        assertRefused(
                () -> check(Repo.values("http://127.0.0.1:" + port + "/app.git")),
                Kind.UNREACHABLE,
                "127.0.0.1 port " + port + " cannot be reached",
                "firewall");
        assertRefused(
                () -> check(Repo.values("ssh://git@127.0.0.1:" + port + "/app.git")),
                Kind.UNREACHABLE,
                "127.0.0.1 port " + port + " cannot be reached");
    }

    @Test
    void webPageIsNoRepository() throws Exception {
        try (GitHttp server = GitHttp.answering(200, "Content-Type", "text/html")) {
            assertRefused(
                    () -> check(Repo.values(server.url("web/app"))), Kind.NOT_FOUND, "no git server", "text/html");
        }
    }

    /** Finding 7: JGit by itself follows, and gives our password to whoever asks there. */
    @Test
    void redirectToAnotherHostIsRefusedAndTheOtherHostNeverAsked() throws Exception {
        Repo repo = Repo.in(folder.resolve("source"));
        try (GitHttp thief = GitHttp.closed(repo.root());
                GitHttp server =
                        GitHttp.answering(302, "Location", thief.url("app.git/info/refs?service=git-upload-pack"))) {
            TestValues values = asAlma(server.url("app.git"), GitHttp.PASSWORD);

            assertRefused(() -> check(values), Kind.REFUSED, "redirects to", thief.url("app.git"));
            assertRefused(() -> git.poll(context, values, Optional.empty()), Kind.REFUSED, "redirects to");
            assertRefused(
                    () -> git.checkout(context, values, "0123456789abcdef0123456789abcdef01234567"),
                    Kind.REFUSED,
                    "redirects to");
            assertThat(thief.requests()).isEmpty();
        }
    }

    @Test
    void redirectOnTheSameHostIsRefusedTooAndSaysWhereTo() throws Exception {
        try (GitHttp server = GitHttp.answering(301, "Location", "https://bruno:s3cret@git.example/new.git")) {
            assertRefused(
                    () -> check(Repo.values(server.url("app.git"))),
                    Kind.REFUSED,
                    "https://git.example/new.git",
                    "use it as the URL");
        }
    }

    /** A server without smart HTTP can list other repositories to look into, and with JGit anywhere at all. */
    @Test
    void alternatesOnAnotherHostAreNotAsked() throws Exception {
        Repo repo = Repo.in(folder.resolve("source"));
        String head = repo.head();
        try (GitHttp thief = GitHttp.open(repo.root());
                GitHttp server = new DumbServer(folder, head, thief.url("app.git/objects"))) {
            TestValues values = asAlma(server.url("app.git"), GitHttp.PASSWORD);

            assertThatThrownBy(() -> git.poll(context, values, Optional.empty()))
                    .isInstanceOf(MaterialException.class);
            assertThat(server.requests()).noneMatch(request -> request.contains("alternates"));
            assertThat(thief.requests()).isEmpty();
        }
    }

    /** Has a list of refs, no objects, and an alternate elsewhere. */
    private static final class DumbServer extends GitHttp {
        private final String head;
        private final String alternate;

        DumbServer(Path root, String head, String alternate) throws IOException {
            super(root, true);
            this.head = head;
            this.alternate = alternate;
        }

        @Override
        void answer(HttpExchange exchange) throws IOException {
            String path = exchange.getRequestURI().getPath();
            String body = switch (path) {
                case "/app.git/info/refs" -> head + "\trefs/heads/main\n";
                case "/app.git/HEAD" -> "ref: refs/heads/main\n";
                case "/app.git/objects/info/http-alternates", "/app.git/objects/info/alternates" -> alternate + "\n";
                default -> "";
            };
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(bytes.length == 0 ? 404 : 200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Test
    void addressesWhereCloudsKeepTheirCredentialsAreRefused() {
        assertRefused(
                () -> check(Repo.values("http://169.254.169.254/latest/meta-data")), Kind.REFUSED, "169.254.169.254");
        assertRefused(() -> check(Repo.values("ssh://git@0.0.0.0/app.git")), Kind.REFUSED, "0.0.0.0");
    }

    /** Finding 8: without a timeout a silent server holds the thread for good. */
    @Test
    void silentServerIsGivenUp() throws Exception {
        try (var server = new RawServer(_ -> {})) {
            for (String url : new String[] {
                "http://127.0.0.1:" + server.port() + "/x", "ssh://git@127.0.0.1:" + server.port() + "/x"
            }) {
                long start = System.nanoTime();

                assertRefused(() -> check(Repo.values(url)), Kind.UNREACHABLE, "did not answer within 1 s");

                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
            }
        }
    }

    /** Each byte comes before the timeout, so only the interrupt at the host's deadline ends it. */
    @Test
    void tricklingServerIsLeftWhenTheDeadlineInterrupts() throws Exception {
        var trickle = new RawServer(socket -> {
            try {
                byte[] answer = ("HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n\r\n"
                                + "001e# service=git-upload-pack\n0000")
                        .getBytes(StandardCharsets.US_ASCII);
                socket.getOutputStream().write(answer);
                for (int i = 0; i < 1_000; i++) {
                    String ref = "003b0123456789abcdef0123456789abcdef01234567 refs/heads/%03d".formatted(i);
                    socket.getOutputStream().write(ref.getBytes(StandardCharsets.US_ASCII));
                    socket.getOutputStream().flush();
                    Thread.sleep(50);
                }
            } catch (IOException | InterruptedException _) {
                // The client has gone.
            }
        });
        try (trickle) {
            Thread caller = Thread.currentThread();
            Thread.ofVirtual().start(() -> {
                try {
                    trickle.awaitConnection();
                    Thread.sleep(200);
                    caller.interrupt();
                } catch (InterruptedException _) {
                    // The test has ended.
                }
            });

            assertThatThrownBy(() -> check(Repo.values("http://127.0.0.1:" + trickle.port() + "/x")))
                    .isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void certificateThatNobodyVouchesForIsTold() throws Exception {
        Path store = folder.resolve("tls.p12");
        Repo.run(
                folder,
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit",
                "-alias",
                "tls");
        var keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.start();
        try {
            String url = "https://127.0.0.1:" + server.getAddress().getPort() + "/app.git";

            assertRefused(() -> check(Repo.values(url)), Kind.UNTRUSTED_HOST, "TLS certificate", "not trusted");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void repositoryWithoutBranchesIsTold() throws Exception {
        Path empty = Files.createDirectories(folder.resolve("empty")).toRealPath();
        Repo.run(empty, "git", "init", "-q", "--bare", "x.git");
        try (GitHttp server = GitHttp.open(empty)) {
            assertRefused(() -> check(Repo.values(server.url("x.git"))), Kind.BRANCH_NOT_FOUND, "has no branches yet");
        }
    }

    /** Takes connections and does with them what it is told. */
    private static final class RawServer implements AutoCloseable {
        private final ServerSocket socket;
        private final CountDownLatch connected = new CountDownLatch(1);

        RawServer(Consumer<Socket> peer) throws IOException {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(() -> {
                while (!socket.isClosed()) {
                    try {
                        Socket accepted = socket.accept();
                        connected.countDown();
                        Thread.ofVirtual().start(() -> peer.accept(accepted));
                    } catch (IOException _) {
                        // Closed.
                    }
                }
            });
        }

        int port() {
            return socket.getLocalPort();
        }

        void awaitConnection() throws InterruptedException {
            connected.await();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
