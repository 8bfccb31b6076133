package dev.penstock.plugins.git;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one call to a server has seen, and how much it may still take. JGit's exceptions say less than this. Thread-safe.
 */
final class Traffic {
    private final Budget budget;
    private volatile int status;
    private volatile boolean stopped;
    private volatile boolean tooMuch;
    private volatile @Nullable String redirect;
    private volatile @Nullable String untrusted;
    private volatile @Nullable String otherContent;
    private volatile @Nullable String exceeded;

    /** What may still be taken, by one or several connections. Thread-safe. */
    static final class Budget {
        private final long limitBytes;
        private final Size size;
        private final AtomicLong received = new AtomicLong();

        /**
         * @param limitBytes beyond this the work fails
         * @param size beyond this it is done elsewhere
         */
        Budget(long limitBytes, Size size) {
            this.limitBytes = limitBytes;
            this.size = size;
        }
    }

    Traffic(Budget budget) {
        this.budget = budget;
    }

    /** The stream, counted: it breaks at the limit, and when the work was stopped. */
    InputStream counted(InputStream in) {
        var header = new PackHeader();
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                check();
                int n = super.read(buffer, offset, length);
                if (n > 0) {
                    header.see(buffer, offset, n);
                    if (header.objects() > budget.size.objects()) {
                        exceeded("it sends " + header.objects() + " objects");
                    }
                    add(n);
                }
                return n;
            }
        };
    }

    /** A server that sends a byte now and then would otherwise outlast every deadline. */
    private void check() throws InterruptedIOException {
        if (stopped) {
            throw new InterruptedIOException("stopped");
        }
    }

    /** Ends what goes on; a flag of our own, because JGit's timers lose a thread's interrupted state. */
    void stop() {
        stopped = true;
    }

    boolean stopped() {
        return stopped;
    }

    /** Counts bytes of a transport that this class does not read itself. */
    void add(long bytes) throws IOException {
        long all = budget.received.addAndGet(bytes);
        if (all > budget.limitBytes) {
            tooMuch = true;
            throw new IOException("more than " + budget.limitBytes + " bytes");
        }
        if (all > budget.size.bytes()) {
            exceeded("it sends more than " + budget.size.bytes() + " bytes");
        }
    }

    /** The work is too large for where it is done. */
    void exceeded(String what) throws IOException {
        exceeded = what;
        throw new IOException(what);
    }

    /** Why the work is too large to be done here. */
    Optional<String> exceeded() {
        return Optional.ofNullable(exceeded);
    }

    Size size() {
        return budget.size;
    }

    void answered(int httpStatus) {
        status = httpStatus;
    }

    void redirected(String to) {
        redirect = to;
    }

    void untrusted(String why) {
        untrusted = why;
    }

    void isNoGitServer(String contentType) {
        otherContent = contentType;
    }

    /** The type of what came where the answer of a git server was expected. */
    Optional<String> otherContent() {
        return Optional.ofNullable(otherContent);
    }

    /** The newest HTTP status; 0 before the first. */
    int status() {
        return status;
    }

    boolean tooMuch() {
        return tooMuch;
    }

    long limitBytes() {
        return budget.limitBytes;
    }

    /** Where the server wanted to send us. */
    Optional<String> redirect() {
        return Optional.ofNullable(redirect);
    }

    /** Why the server's key was not accepted. */
    Optional<String> untrusted() {
        return Optional.ofNullable(untrusted);
    }
}
