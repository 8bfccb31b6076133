package dev.penstock.core.platform.db;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL of Penstock's own: in one private folder, on 127.0.0.1, started and watched by this process. A server
 * that a killed Penstock left behind is stopped first, so that the first start after a kill works. When PostgreSQL ends
 * by itself it is started again, on the same port, with growing waits. Thread-safe.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);

    /** After a crash PostgreSQL replays at most {@code max_wal_size} of its log, which takes some seconds. */
    private static final Duration START = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(3);
    /** A fast stop ends all sessions and writes a checkpoint; beyond this it is made to end and recovers later. */
    private static final Duration STOP = Duration.ofSeconds(20);

    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    /** Who ran this long was well: the waits begin anew. */
    private static final Duration WELL = Duration.ofMinutes(5);
    /** Beyond this size PostgreSQL's own messages start in a new file; the one before is kept. */
    private static final long LOG_BYTES = 10_000_000;

    private static final int PORT_ATTEMPTS = 5;

    private final Path folder;
    private final PostgresCluster cluster;
    private final Launcher launcher;
    private final Map<String, String> overrides;
    private final FileLock lock;
    private final ReentrantLock state = new ReentrantLock();
    private final Condition stopping = state.newCondition();
    private boolean closed;
    private int port;
    private @Nullable Process process;

    private EmbeddedPostgres(Path folder, Map<String, String> overrides, FileLock lock) throws IOException {
        this.folder = folder;
        this.overrides = Map.copyOf(overrides);
        this.lock = lock;
        this.launcher = Launcher.forOwnerOf(folder);
        this.cluster = new PostgresCluster(folder, launcher, PostgresPrograms.in(folder, !hasEndedInOrder(folder)));
    }

    /**
     * Starts PostgreSQL on the folder, which is made when it is not there, and waits until it answers.
     *
     * @throws IOException if it does not start, with what to do, or if another process uses the folder
     */
    public static EmbeddedPostgres start(Path folder) throws IOException {
        return start(folder, Map.of());
    }

    /**
     * As {@link #start(Path)}, with other settings of PostgreSQL. Tests switch {@code fsync} off here; a server that
     * opens such a database refuses to run.
     */
    public static EmbeddedPostgres start(Path folder, Map<String, String> overrides) throws IOException {
        Path home = PrivateFolder.create(folder.toAbsolutePath().normalize());
        FileLock lock = lock(home);
        EmbeddedPostgres postgres = null;
        try {
            postgres = new EmbeddedPostgres(home, overrides, lock);
            postgres.open();
            return postgres;
        } catch (IOException | RuntimeException e) {
            if (postgres != null) {
                postgres.close();
            }
            lock.acquiredBy().close();
            throw e;
        }
    }

    /** Whether there is a cluster, and the one who used it last has stopped it. */
    private static boolean hasEndedInOrder(Path folder) {
        Path cluster = folder.resolve(PostgresCluster.FOLDER);
        return Files.isDirectory(cluster) && !Files.exists(Postmaster.file(cluster));
    }

    private static FileLock lock(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException _) {
            // Another part of this very process has it: the same answer as for another process.
        }
        if (lock == null) {
            channel.close();
            throw new IOException("Another Penstock server uses the folder \"" + folder + "\"; stop it first");
        }
        return lock;
    }

    /** Where Penstock's database is. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + PostgresCluster.DATABASE;
    }

    /** The ordinary role that owns the database. */
    public String user() {
        return PostgresCluster.ROLE;
    }

    public String password() throws IOException {
        return cluster.password();
    }

    /** For the fixture of tests, which makes databases. */
    public String superuser() {
        return PostgresCluster.SUPERUSER;
    }

    public String superuserPassword() throws IOException {
        return cluster.superuserPassword();
    }

    public int port() {
        state.lock();
        try {
            return port;
        } finally {
            state.unlock();
        }
    }

    /** The process of PostgreSQL, while there is one. */
    public Optional<ProcessHandle> process() {
        state.lock();
        try {
            return Optional.ofNullable(process).map(Process::toHandle);
        } finally {
            state.unlock();
        }
    }

    private void open() throws IOException {
        if (!cluster.exists()) {
            log.atInfo().addKeyValue("folder", folder).log("Making the embedded database");
            cluster.initialise();
        }
        stopOrphan();
        Process started = launchOnSomePort();
        if (!cluster.isProvisioned()) {
            cluster.provision(port());
        }
        Thread.ofVirtual().name("postgres-supervisor").start(() -> supervise(started));
    }

    /** Stops what a killed server left behind; a file that names a process that is not ours is only removed. */
    private void stopOrphan() throws IOException {
        Optional<Postmaster> orphan = Postmaster.read(cluster.data());
        if (orphan.isPresent() && orphan.get().serves(cluster.data(), cluster.program())) {
            log.atInfo().addKeyValue("pid", orphan.get().pid()).log("Stopping the PostgreSQL that was left behind");
            end(STOP);
        }
        Files.deleteIfExists(Postmaster.file(cluster.data()));
    }

    private Process launchOnSomePort() throws IOException {
        IOException last = null;
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            int candidate = choosePort(attempt);
            state.lock();
            try {
                port = candidate;
            } finally {
                state.unlock();
            }
            try {
                Process started = launch();
                PrivateFolder.write(folder.resolve("port"), candidate + "\n");
                return started;
            } catch (IOException e) {
                last = e;
                if (isFree(candidate)) {
                    throw e;
                }
            }
        }
        throw new IOException("No free port was found for the embedded PostgreSQL", last);
    }

    /** The port of last time, so that tools which look at the database find it again; else any free one. */
    private int choosePort(int attempt) throws IOException {
        Path file = folder.resolve("port");
        if (attempt == 0 && Files.exists(file)) {
            int before = Integer.parseInt(Files.readString(file).strip());
            if (isFree(before)) {
                return before;
            }
        }
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /** Starts PostgreSQL and waits until it says that it is ready. */
    private Process launch() throws IOException {
        cluster.configure(port(), overrides);
        Path output = cluster.output();
        if (Files.exists(output) && Files.size(output) > LOG_BYTES) {
            Files.move(output, output.resolveSibling("postgres.1.log"), StandardCopyOption.REPLACE_EXISTING);
        }
        long logStart = Files.exists(output) ? Files.size(output) : 0;
        Process started = launcher.start(cluster.server(), output);
        started.getOutputStream().close();
        state.lock();
        try {
            process = started;
        } finally {
            state.unlock();
        }
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<Postmaster> postmaster = Postmaster.read(cluster.data());
            if (postmaster.isPresent()
                    && postmaster.get().pid() == started.pid()
                    && postmaster.get().status().equals("ready")) {
                return started;
            }
            if (waitFor(started, POLL)) {
                throw new IOException("The embedded PostgreSQL ended with exit code " + started.exitValue() + ": "
                        + lastWords(output, logStart));
            }
        }
        end(STOP);
        throw new IOException(
                "The embedded PostgreSQL was not ready within " + START.toSeconds() + " s; see " + output);
    }

    private static String lastWords(Path output, long from) throws IOException {
        byte[] all = Files.readAllBytes(output);
        int start = (int) Math.max(from, all.length - 2000L);
        return new String(all, start, all.length - start, StandardCharsets.UTF_8).strip();
    }

    private static boolean waitFor(Process process, Duration time) throws IOException {
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while PostgreSQL started", e);
        }
    }

    private void supervise(Process first) {
        Process current = first;
        Duration wait = FIRST_WAIT;
        try {
            while (true) {
                long since = System.nanoTime();
                int code = current.waitFor();
                if (System.nanoTime() - since > WELL.toNanos()) {
                    wait = FIRST_WAIT;
                }
                if (isClosed()) {
                    return;
                }
                log.atError()
                        .addKeyValue("exitCode", code)
                        .addKeyValue("waitSeconds", wait.toSeconds())
                        .log("PostgreSQL has ended; it is started again");
                if (pauseUnlessClosed(wait)) {
                    return;
                }
                wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
                try {
                    stopOrphan();
                    current = launch();
                    if (isClosed()) {
                        end(STOP);
                        return;
                    }
                    log.info("PostgreSQL runs again");
                } catch (IOException e) {
                    log.atError().setCause(e).log("PostgreSQL does not start");
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isClosed() {
        state.lock();
        try {
            return closed;
        } finally {
            state.unlock();
        }
    }

    private boolean pauseUnlessClosed(Duration wait) throws InterruptedException {
        state.lock();
        try {
            long nanos = wait.toNanos();
            while (!closed && nanos > 0) {
                nanos = stopping.awaitNanos(nanos);
            }
            return closed;
        } finally {
            state.unlock();
        }
    }

    /** Stops PostgreSQL: sessions are ended, a checkpoint is written. Beyond 20 s it is made to end. */
    @Override
    public void close() {
        Process last;
        state.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            stopping.signalAll();
            last = process;
        } finally {
            state.unlock();
        }
        try {
            if (last != null && last.isAlive()) {
                end(STOP);
            }
            lock.acquiredBy().close();
        } catch (IOException e) {
            log.atError().setCause(e).log("PostgreSQL could not be stopped in order; it recovers at the next start");
        }
    }

    private void end(Duration deadline) throws IOException {
        try {
            launcher.run(cluster.stop("fast", deadline.toSeconds()));
        } catch (IOException e) {
            if (Postmaster.read(cluster.data()).isPresent()) {
                log.atWarn().setCause(e).log("PostgreSQL does not stop; it is made to end");
                launcher.run(cluster.stop("immediate", deadline.toSeconds()));
            }
        }
    }
}
