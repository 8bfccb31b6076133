package dev.penstock.core.console;

import dev.penstock.core.console.ConsoleBytes.Flushed;
import dev.penstock.core.console.ConsoleBytes.Opened;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.DurableFiles;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.run.ConsoleSink;
import dev.penstock.core.run.JobOriginQuery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Consoles: appended to by agents, ended with their attempts, read by people. Thread-safe. */
public final class Consoles implements ConsoleSink {
    private static final Logger log = LoggerFactory.getLogger(Consoles.class);

    /**
     * Below this chunks wait in the agents' journals: the database may stand on the same disk, and stops for good when it
     * cannot write.
     */
    static final long RESERVE_BYTES = 128L << 20;

    private final Database database;
    private final ConsoleBytes bytes;
    private final ConsoleHub hub;
    private final SecretNet secrets;
    private final FreeSpace space;
    private final long maxBytes;
    private final ConsoleFlushes flushes;

    Consoles(Database database, ConsoleBytes bytes, ConsoleHub hub, SecretNet secrets, FreeSpace space, long maxBytes) {
        this.database = database;
        this.bytes = bytes;
        this.hub = hub;
        this.secrets = secrets;
        this.space = space;
        this.maxBytes = maxBytes;
        this.flushes = new ConsoleFlushes(bytes);
    }

    @Override
    public Extent append(JobRunId job, int attempt, long offset, byte[] chunk) {
        return append(job, attempt, offset, ByteBuffer.wrap(chunk));
    }

    /** As {@link #append(JobRunId, int, long, byte[])}; secrets are starred in the chunk itself. */
    Extent append(JobRunId job, int attempt, long offset, ByteBuffer chunk) {
        var id = new ConsoleId(job, attempt);
        if (space.bytes() < RESERVE_BYTES) {
            throw full();
        }
        try {
            secrets.mask(id, offset, chunk, bytes);
            long length = bytes.append(id, offset, chunk, maxBytes);
            if (length > offset) {
                hub.grew(id);
                flushes.grew(id, length);
            }
            return extent(length);
        } catch (IOException e) {
            if (DurableFiles.isFull(e)) {
                throw full();
            }
            throw new UncheckedIOException("Bytes cannot be added to " + id, e);
        }
    }

    private static PenstockException full() {
        return new PenstockException(
                ErrorCode.STORAGE_FULL,
                "The server's disk is full: nothing is lost, send this chunk again later; make room for the folder"
                        + " \"consoles\" in the server's data directory");
    }

    private Extent extent(long length) {
        return new Extent(length, length >= maxBytes);
    }

    @Override
    public Extent extent(JobRunId job, int attempt) {
        return extent(measured(new ConsoleId(job, attempt)));
    }

    private long measured(ConsoleId id) {
        try {
            return bytes.length(id);
        } catch (IOException e) {
            throw new UncheckedIOException("The length cannot be read of " + id, e);
        }
    }

    @Override
    public void flush(JobRunId job, int attempt) {
        var id = new ConsoleId(job, attempt);
        try {
            flushes.flush(id);
        } catch (IOException e) {
            if (DurableFiles.isFull(e)) {
                throw full();
            }
            throw new UncheckedIOException("Not on disk: " + id, e);
        }
    }

    @Override
    public void expect(JobRunId job, int attempt, Collection<String> values) {
        secrets.expect(new ConsoleId(job, attempt), values);
    }

    @Override
    public void close(Handle tx, JobRunId job, int attempt, boolean complete) {
        var id = new ConsoleId(job, attempt);
        var last = new Flushed(0, null);
        try {
            last = flushes.close(id);
        } catch (IOException e) {
            if (complete) {
                throw new UncheckedIOException("Not on disk: " + id, e);
            }
            // A lost attempt ends whatever became of its console; otherwise its job would hang for ever.
            log.atError().setCause(e).addKeyValue("job", job.value()).log("The console of a lost attempt is damaged");
        }
        // To a console that was cut off its agent may add for some seconds.
        String sha256 = complete ? last.sha256() : null;
        ConsoleStore.close(tx, id, last.length(), last.length() >= maxBytes, complete, sha256);
        tx.afterCommit(() -> hub.ended(id));
    }

    /** The consoles of a job, newest attempt first; for a job that was copied, those of the job that ran. */
    List<ConsoleFacts> of(JobRunId job) {
        List<ConsoleFacts> found = database.read(handle -> ConsoleStore.attempts(handle, origin(handle, job)));
        return found.stream().map(this::measured).toList();
    }

    /** What is true of an open console is in its bytes; of one that is closed and packed, in its row. */
    private ConsoleFacts measured(ConsoleFacts facts) {
        return facts.sha256() == null ? facts.withLength(measured(facts.id())) : facts;
    }

    /**
     * One console of a job.
     *
     * @param attempt 0 for the newest
     * @return empty when the job has had no attempt so far and none was asked for
     * @throws PenstockException NOT_FOUND when there is no such job or attempt, GONE when its console was deleted
     */
    Optional<ConsoleFacts> find(JobRunId job, int attempt) {
        List<ConsoleFacts> all = database.read(handle -> ConsoleStore.attempts(handle, origin(handle, job)));
        Optional<ConsoleFacts> found = all.stream()
                .filter(facts -> attempt == 0 || facts.id().attempt() == attempt)
                .findFirst();
        if (found.isEmpty() && attempt != 0) {
            throw new PenstockException(
                    ErrorCode.NOT_FOUND,
                    "Job " + job.value() + " has no attempt " + attempt + "; it has had " + all.size());
        }
        found.ifPresent(facts -> checkDeleted(job, facts));
        return found.map(this::measured);
    }

    private static void checkDeleted(JobRunId job, ConsoleFacts facts) {
        if (facts.deletedAt() != null) {
            throw new PenstockException(
                    ErrorCode.GONE,
                    "The console of job " + job.value() + ", attempt "
                            + facts.id().attempt() + ", was deleted at " + facts.deletedAt()
                            + ", as the settings \"console.keep-…\" and \"console.purge-…\" say");
        }
    }

    private static JobRunId origin(Handle handle, JobRunId job) {
        return JobOriginQuery.find(handle, job)
                .orElseThrow(() -> new PenstockException(ErrorCode.NOT_FOUND, "There is no job " + job.value()));
    }

    /** Opens a console's bytes for reading. */
    Opened open(ConsoleId id) throws IOException {
        return bytes.open(id);
    }

    /** How many bytes of an open console may be shown. */
    long visible(ConsoleId id, Opened opened) throws IOException {
        return secrets.visible(id, opened);
    }

    /**
     * Follows a console from an offset on. When the job has had no attempt so far, that of its first attempt is waited for.
     *
     * @param attempt 0 for the newest
     */
    ConsoleFollower follow(JobRunId job, int attempt, long offset) {
        Optional<ConsoleFacts> found = find(job, attempt);
        ConsoleId id = found.map(ConsoleFacts::id)
                .orElseGet(() -> new ConsoleId(database.read(handle -> origin(handle, job)), 1));
        return new ConsoleFollower(id, offset, hub.follow(id), new ConsoleFollower.Source() {
            @Override
            public Opened open() throws IOException {
                return bytes.open(id);
            }

            @Override
            public long visible(Opened opened) throws IOException {
                return secrets.visible(id, opened);
            }

            @Override
            public Optional<ConsoleFollower.Ended> end() {
                return Consoles.this.end(id);
            }
        });
    }

    /** How a console ended, if it did. */
    private Optional<ConsoleFollower.Ended> end(ConsoleId id) {
        return database.read(handle -> {
            Optional<ConsoleFacts> facts = ConsoleStore.attempts(handle, id.job()).stream()
                    .filter(each -> each.id().equals(id))
                    .findFirst();
            if (facts.isEmpty()) {
                boolean mayRun = ConsoleStore.mayRun(handle, id.job()).orElse(false);
                return mayRun
                        ? Optional.empty()
                        : Optional.of(new ConsoleFollower.Ended(ConsoleFacts.State.COMPLETE, false));
            }
            return facts.filter(each -> each.state() != ConsoleFacts.State.OPEN)
                    .map(each -> new ConsoleFollower.Ended(each.state(), each.truncated()));
        });
    }
}
