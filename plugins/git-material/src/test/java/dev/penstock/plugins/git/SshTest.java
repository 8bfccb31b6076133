package dev.penstock.plugins.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import dev.penstock.plugin.material.PollResult;
import dev.penstock.plugin.material.Revision;
import dev.penstock.testkit.LocalMaterial;
import dev.penstock.testkit.TestValues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class SshTest {
    private final GitMaterial git = new GitMaterial();

    @TempDir
    Path folder;

    private Repo repo;
    private LocalMaterial context;

    @BeforeEach
    void prepare() throws Exception {
        repo = Repo.in(folder.resolve("source"));
        context = LocalMaterial.in(Files.createDirectories(folder.resolve("server")));
    }

    /** A key made by the real ssh-keygen. */
    private record Key(String text, PublicKey shown) {}

    private Key key(String name, String... options) throws Exception {
        Path file = folder.resolve(name);
        var command = new ArrayList<>(List.of("ssh-keygen", "-q", "-C", "test", "-f", file.toString()));
        command.addAll(List.of(options));
        if (!command.contains("-N")) {
            command.addAll(List.of("-N", ""));
        }
        Repo.run(folder, command.toArray(String[]::new));
        String shown = Files.readString(folder.resolve(name + ".pub")).strip();
        return new Key(
                Files.readString(file),
                AuthorizedKeyEntry.parseAuthorizedKeyEntry(shown)
                        .resolvePublicKey(null, PublicKeyEntryResolver.IGNORING));
    }

    private Key ed25519() throws Exception {
        return key("id", "-t", "ed25519");
    }

    private TestValues values(GitSsh server) {
        return Repo.values(server.url(repo.bare()));
    }

    private static void assertRefused(ThrowingCallable call, Kind kind, String... words) {
        assertThatThrownBy(call).isInstanceOfSatisfying(MaterialException.class, e -> {
            assertThat(e).hasMessageContainingAll(words);
            assertThat(e.kind()).isEqualTo(kind);
        });
    }

    @ParameterizedTest
    @CsvSource({"ed25519,256,OPENSSH", "rsa,2048,PEM", "rsa,2048,OPENSSH", "ecdsa,256,OPENSSH", "ecdsa,256,PEM"})
    void keysOfAllUsualKindsAreAccepted(String type, String bits, String form) throws Exception {
        Key key =
                form.equals("PEM") ? key("id", "-t", type, "-b", bits, "-m", "PEM") : key("id", "-t", type, "-b", bits);
        try (GitSsh server = GitSsh.allowing(key.shown())) {
            git.check(context, values(server).with("private_key", key.text()));
        }
    }

    @Test
    void ed25519HostKeysAreVerified() throws Exception {
        Key key = ed25519();
        key("host", "-t", "ed25519");
        try (GitSsh server = GitSsh.with(folder.resolve("host"), key.shown())) {
            TestValues values = values(server).with("private_key", key.text());

            git.check(context, values);
            git.check(context, values.with("host_keys", Files.readString(folder.resolve("host.pub"))));

            assertThat(context.knownHostsFile()).content().contains("ssh-ed25519");
        }
    }

    @Test
    void pollsAndChecksOutWithAKey() throws Exception {
        Key key = ed25519();
        String known = repo.head();
        String one = repo.change("second.txt", "2");
        try (GitSsh server = GitSsh.allowing(key.shown())) {
            TestValues values = values(server).with("private_key", key.text());

            PollResult result = git.poll(context, values, Optional.of(known));
            git.checkout(context, values, one);

            assertThat(((PollResult.Changed) result).revisions())
                    .extracting(Revision::id)
                    .containsExactly(one);
            assertThat(context.directory().resolve("second.txt")).hasContent("2");
            assertThat(git.poll(context, values, Optional.of(one))).isEqualTo(new PollResult.Unchanged());
        }
    }

    @Test
    void keyWithoutItsLastLineBreakIsAccepted() throws Exception {
        Key key = ed25519();
        try (GitSsh server = GitSsh.allowing(key.shown())) {
            git.check(
                    context,
                    values(server).with("private_key", key.text().strip().replace("\n", "\r\n")));
        }
    }

    @Test
    void encryptedKeyNeedsItsPassphrase() throws Exception {
        Key key = key("id", "-t", "ed25519", "-N", "pass phrase");
        try (GitSsh server = GitSsh.allowing(key.shown())) {
            TestValues values = values(server).with("private_key", key.text());

            git.check(context, values.with("passphrase", "pass phrase"));
            assertRefused(
                    () -> git.check(context, values.with("passphrase", "wrong")),
                    Kind.AUTHENTICATION,
                    "passphrase is wrong");
            assertRefused(() -> git.check(context, values), Kind.AUTHENTICATION, "give its passphrase too");
        }
    }

    @Test
    void textThatIsNoKeyIsToldWithoutShowingIt() throws Exception {
        try (GitSsh server = GitSsh.allowing(ed25519().shown())) {
            TestValues values = values(server).with("private_key", "not-a-key");

            assertRefused(() -> git.check(context, values), Kind.AUTHENTICATION, "private key", "BEGIN");
            assertThatThrownBy(() -> git.check(context, values)).hasMessageNotContaining("not-a-key");
        }
    }

    @Test
    void strangersKeyIsRefusedWithAdvice() throws Exception {
        Key mine = key("mine", "-t", "ed25519");
        Key other = key("other", "-t", "ed25519");
        try (GitSsh server = GitSsh.allowing(other.shown())) {
            assertRefused(
                    () -> git.check(context, values(server).with("private_key", mine.text())),
                    Kind.AUTHENTICATION,
                    "git@127.0.0.1 does not accept the private key",
                    "public half is registered");
        }
    }

    @Test
    void withoutAnyKeyTheMachinesOwnAreNotTried() throws Exception {
        try (GitSsh server = GitSsh.allowing(ed25519().shown())) {
            assertRefused(() -> git.check(context, values(server)), Kind.AUTHENTICATION, "give a private key");
        }
    }

    @Test
    void passwordIsPossibleToo() throws Exception {
        try (GitSsh server = GitSsh.allowing(ed25519().shown())) {
            git.check(context, values(server).with("username", "git").with("password", GitSsh.PASSWORD));
            assertRefused(
                    () -> git.check(
                            context, values(server).with("username", "git").with("password", "wrong")),
                    Kind.AUTHENTICATION,
                    "does not accept the password");
        }
    }

    @Test
    void missingRepositoryIsTold() throws Exception {
        Key key = ed25519();
        try (GitSsh server = GitSsh.allowing(key.shown())) {
            TestValues values =
                    Repo.values(server.url(repo.root().resolve("none.git"))).with("private_key", key.text());

            assertRefused(() -> git.check(context, values), Kind.NOT_FOUND, "There is no repository at");
        }
    }

    @Test
    void hostKeyIsRememberedAtFirstUse() throws Exception {
        Key key = ed25519();
        try (GitSsh server = GitSsh.allowing(key.shown())) {
            TestValues values = values(server).with("private_key", key.text());

            git.check(context, values);
            git.check(context, values);

            assertThat(Files.readAllLines(context.knownHostsFile())).containsExactly(server.knownHostsLine());
        }
    }

    @Test
    void changedHostKeyIsRefusedWithBothWaysOut() throws Exception {
        Key key = ed25519();
        int port;
        try (GitSsh server = GitSsh.allowing(key.shown())) {
            port = server.port();
            git.check(context, values(server).with("private_key", key.text()));
        }
        List<String> before = Files.readAllLines(context.knownHostsFile());
        try (GitSsh impostor = GitSsh.allowing(key.shown(), port)) {
            TestValues values = values(impostor).with("private_key", key.text());

            assertRefused(
                    () -> git.check(context, values),
                    Kind.UNTRUSTED_HOST,
                    "has changed to " + impostor.fingerprint(),
                    context.knownHostsFile().toString(),
                    "host_keys");
            assertThat(Files.readAllLines(context.knownHostsFile())).isEqualTo(before);
        }
    }

    @Test
    void listedHostKeysAreTheOnlyOnesThatCount() throws Exception {
        Key key = ed25519();
        try (GitSsh server = GitSsh.allowing(key.shown());
                GitSsh other = GitSsh.allowing(key.shown())) {
            TestValues values = values(server).with("private_key", key.text());

            git.check(context, values.with("host_keys", server.knownHostsLine()));
            git.check(context, values.with("host_keys", "# a comment\n" + server.fingerprint()));
            git.check(context, values.with("host_keys", server.hostKeyAlone().getFirst()));
            assertRefused(
                    () -> git.check(context, values.with("host_keys", other.fingerprint())),
                    Kind.UNTRUSTED_HOST,
                    server.fingerprint(),
                    "none of those");
            assertThat(context.knownHostsFile()).doesNotExist();
        }
    }

    @Test
    void listThatIsNoListOfKeysIsAMistake() {
        TestValues values = Repo.values("ssh://git@git.example/app.git").with("host_keys", "whatever");

        assertThat(git.validate(values)).singleElement().satisfies(violation -> {
            assertThat(violation.path()).isEqualTo("host_keys");
            assertThat(violation.message()).contains("\"whatever\"", "ssh-keyscan");
        });
    }

    @Test
    void moreThanTheLimitIsRefused() throws Exception {
        Key key = ed25519();
        byte[] noise = new byte[400_000];
        new Random(7).nextBytes(noise);
        Files.write(repo.work().resolve("noise.bin"), noise);
        String known = repo.head();
        repo.commit("noise");
        try (GitSsh server = GitSsh.allowing(key.shown())) {
            TestValues values = values(server).with("private_key", key.text());

            assertRefused(
                    () -> git.poll(context.atMost(100_000), values, Optional.of(known)),
                    Kind.REFUSED,
                    "materials.fetch-limit-mebibytes");
        }
    }
}
