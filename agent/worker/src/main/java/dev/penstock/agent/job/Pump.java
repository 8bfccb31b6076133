package dev.penstock.agent.job;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries what a program prints to the console, on a thread of its own until its end. Thread-safe. */
final class Pump {
    private static final Logger log = LoggerFactory.getLogger(Pump.class);

    private static final int FIRST_BYTES = 4 * 1024;

    /** As much as a pipe holds. */
    private static final int MOST_BYTES = 64 * 1024;

    /** When the program has ended and its pipe stays silent so long, somebody else holds on to it. */
    private static final Duration SILENCE = Duration.ofMillis(300);

    private static final long TICK_MILLIS = 20;

    private final InputStream from;
    private final To to;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile long readingSince = System.nanoTime();

    /** Takes bytes, and may block. */
    @FunctionalInterface
    interface To {
        void accept(byte[] bytes, int offset, int length) throws InterruptedException;
    }

    private Pump(InputStream from, To to) {
        this.from = from;
        this.to = to;
    }

    static Pump start(Executor threads, InputStream from, To to) {
        var pump = new Pump(from, to);
        threads.execute(pump::run);
        return pump;
    }

    /**
     * Waits until everything that the program printed is in the console, once it has ended.
     *
     * @return false when a process that it left behind keeps the pipe open; what that prints goes to the console as long
     *     as there is one
     */
    boolean awaitEnd() throws InterruptedException {
        long endedAt = System.nanoTime();
        while (!ended.await(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
            long since = readingSince;
            boolean reading = since != 0;
            if (reading && System.nanoTime() - Math.max(since, endedAt) > SILENCE.toNanos()) {
                return false;
            }
        }
        return true;
    }

    private void run() {
        var buffer = new byte[FIRST_BYTES];
        try (from) {
            while (true) {
                readingSince = System.nanoTime() | 1;
                int read = from.read(buffer, 0, buffer.length);
                readingSince = 0;
                if (read < 0) {
                    return;
                }
                to.accept(buffer, 0, read);
                if (read == buffer.length && read < MOST_BYTES) { // there is more of it
                    buffer = new byte[MOST_BYTES];
                }
            }
        } catch (IOException e) {
            log.atDebug().setCause(e).log("A program's output ended");
        } catch (InterruptedException _) {
            // Nobody interrupts a pump.
        } finally {
            ended.countDown();
        }
    }
}
