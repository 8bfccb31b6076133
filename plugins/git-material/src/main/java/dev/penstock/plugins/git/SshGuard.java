package dev.penstock.plugins.git;

import dev.penstock.plugin.Secret;
import dev.penstock.plugin.material.MaterialException;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.RemoteSession;
import org.eclipse.jgit.transport.RemoteSession2;
import org.eclipse.jgit.transport.SshSessionFactory;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.sshd.JGitKeyCache;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;

/**
 * SSH sessions with the given key or password only: no files of the OS user, no ssh-agent, no proxy commands, and host keys
 * that are checked. Counts what arrives.
 */
final class SshGuard extends SshSessionFactory implements AutoCloseable {
    private final SshdSessionFactory sessions;
    private final Traffic traffic;

    /**
     * @param home an empty folder that stands in for the user's home
     * @throws MaterialException if the private key cannot be read
     */
    SshGuard(GitUrl url, Access access, Path knownHosts, Path home, Traffic traffic) throws MaterialException {
        List<KeyPair> keys = access.privateKey() == null ? List.of() : keys(access.privateKey(), access.passphrase());
        var hostKeys = new HostKeys(url, access.hostKeys(), knownHosts, traffic);
        File nowhere = home.toFile();
        this.traffic = traffic;
        this.sessions = new SshdSessionFactoryBuilder()
                .setHomeDirectory(nowhere)
                .setSshDirectory(nowhere)
                .setConfigFile(_ -> null)
                .setConfigStoreFactory((_, _, _) -> null)
                .setDefaultKnownHostsFiles(_ -> List.of())
                .setDefaultIdentities(_ -> List.of())
                .setDefaultKeysProvider(_ -> keys)
                .setServerKeyDatabase((_, _) -> hostKeys)
                .setConnectorFactory(null)
                .setPreferredAuthentications(ways(access, keys))
                .build(new JGitKeyCache());
    }

    private static String ways(Access access, List<KeyPair> keys) {
        var ways = new ArrayList<String>();
        if (!keys.isEmpty()) {
            ways.add("publickey");
        }
        if (access.password() != null) {
            ways.add("password");
            ways.add("keyboard-interactive");
        }
        return ways.isEmpty() ? "publickey" : String.join(",", ways);
    }

    private static List<KeyPair> keys(Secret privateKey, @Nullable Secret passphrase) throws MaterialException {
        // Forms and copies of keys often lose the last line break, without which the parser finds no end.
        byte[] text = (privateKey.reveal().strip() + "\n").replace("\r\n", "\n").getBytes(StandardCharsets.UTF_8);
        FilePasswordProvider words =
                passphrase == null ? FilePasswordProvider.EMPTY : FilePasswordProvider.of(passphrase.reveal());
        var keys = new ArrayList<KeyPair>();
        try {
            Iterable<KeyPair> read = SecurityUtils.loadKeyPairIdentities(
                    null, NamedResource.ofName("private_key"), new ByteArrayInputStream(text), words);
            if (read != null) {
                read.forEach(keys::add);
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new MaterialException(
                    MaterialException.Kind.AUTHENTICATION,
                    passphrase == null
                            ? "The private key cannot be read. Give the whole file, from its BEGIN to its END line; if it"
                                    + " is encrypted, give its passphrase too"
                            : "The private key cannot be read: the passphrase is wrong, or the key is incomplete",
                    e);
        }
        if (keys.isEmpty()) {
            throw new MaterialException(
                    MaterialException.Kind.AUTHENTICATION,
                    "The private key is none: give the whole file in OpenSSH or PEM form, from its BEGIN to its END line");
        }
        return keys;
    }

    /** Connects and logs in within the timeout; the library itself would give a silent host two minutes. */
    @Override
    public RemoteSession getSession(URIish uri, CredentialsProvider credentials, FS fs, int timeoutMillis)
            throws TransportException {
        var abandoned = new AtomicBoolean();
        var login = new FutureTask<>(() -> {
            RemoteSession session = sessions.getSession(uri, credentials, fs, timeoutMillis);
            if (abandoned.get()) {
                session.disconnect();
            }
            return session;
        });
        Thread.ofVirtual().name("git-ssh-login").start(login);
        try {
            return new Counted(login.get(timeoutMillis, TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            throw e.getCause() instanceof TransportException known
                    ? known
                    : new TransportException(uri, "The SSH login failed", e.getCause());
        } catch (TimeoutException e) {
            throw new TransportException(uri, "The SSH login timed out", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransportException(uri, "The SSH login was interrupted", e);
        } finally {
            abandoned.set(true);
            login.cancel(true);
        }
    }

    @Override
    public String getType() {
        return "penstock";
    }

    @Override
    public void close() {
        sessions.close();
    }

    private final class Counted implements RemoteSession2 {
        private final RemoteSession session;

        Counted(RemoteSession session) {
            this.session = session;
        }

        @Override
        public Process exec(String command, int timeout) throws IOException {
            return new CountedProcess(session.exec(command, timeout), traffic);
        }

        @Override
        public Process exec(String command, Map<String, String> environment, int timeout) throws IOException {
            return new CountedProcess(
                    session instanceof RemoteSession2 more
                            ? more.exec(command, environment, timeout)
                            : session.exec(command, timeout),
                    traffic);
        }

        @Override
        public void disconnect() {
            session.disconnect();
        }
    }

    /** The command on the other side. */
    private static final class CountedProcess extends Process {
        private final Process process;
        private final InputStream in;

        CountedProcess(Process process, Traffic traffic) {
            this.process = process;
            this.in = traffic.counted(process.getInputStream());
        }

        @Override
        public OutputStream getOutputStream() {
            return process.getOutputStream();
        }

        @Override
        public InputStream getInputStream() {
            return in;
        }

        @Override
        public InputStream getErrorStream() {
            return process.getErrorStream();
        }

        @Override
        public int waitFor() throws InterruptedException {
            return process.waitFor();
        }

        @Override
        public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
            return process.waitFor(timeout, unit);
        }

        @Override
        public int exitValue() {
            return process.exitValue();
        }

        @Override
        public void destroy() {
            process.destroy();
        }
    }
}
