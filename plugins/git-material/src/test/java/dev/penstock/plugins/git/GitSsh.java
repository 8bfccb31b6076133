package dev.penstock.plugins.git;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.shell.ProcessShellCommandFactory;

/** An SSH server that runs the real git-upload-pack, for the user git with one key or the password "open sesame". */
final class GitSsh implements AutoCloseable {
    static final String PASSWORD = "open sesame";

    private final SshServer server = SshServer.setUpDefaultServer();
    private final KeyPair hostKey;

    private GitSsh(KeyPair hostKey, PublicKey allowed, int port) throws IOException {
        this.hostKey = hostKey;
        server.setHost("127.0.0.1");
        server.setPort(port);
        server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
        server.setPublickeyAuthenticator((user, key, _) -> user.equals("git") && KeyUtils.compareKeys(key, allowed));
        server.setPasswordAuthenticator((user, word, _) -> user.equals("git") && word.equals(PASSWORD));
        server.setCommandFactory(ProcessShellCommandFactory.INSTANCE);
        server.start();
    }

    /** With a new host key, on a free port. */
    static GitSsh allowing(PublicKey key) throws Exception {
        return allowing(key, 0);
    }

    static GitSsh allowing(PublicKey key, int port) throws Exception {
        return new GitSsh(KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256), key, port);
    }

    /** With a host key that ssh-keygen made. */
    static GitSsh with(Path hostKeyFile, PublicKey key) throws Exception {
        try (InputStream in = Files.newInputStream(hostKeyFile)) {
            KeyPair pair = SecurityUtils.loadKeyPairIdentities(
                            null, NamedResource.ofName("host"), in, FilePasswordProvider.EMPTY)
                    .iterator()
                    .next();
            return new GitSsh(pair, key, 0);
        }
    }

    int port() {
        return server.getPort();
    }

    String url(Path repository) {
        return "ssh://git@127.0.0.1:" + port() + repository;
    }

    /** As ssh-keyscan prints it. */
    String knownHostsLine() {
        return "[127.0.0.1]:" + port() + " " + PublicKeyEntry.toString(hostKey.getPublic());
    }

    String fingerprint() {
        return KeyUtils.getFingerPrint(hostKey.getPublic());
    }

    List<String> hostKeyAlone() {
        return List.of(PublicKeyEntry.toString(hostKey.getPublic()));
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
        server.close(true).await(Duration.ofSeconds(5));
    }
}
