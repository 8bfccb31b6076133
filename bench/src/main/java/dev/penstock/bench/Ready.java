package dev.penstock.bench;

import dev.penstock.demo.Api;
import dev.penstock.demo.Program;
import java.io.IOException;

/** Waits for a server's first 200, looking often enough for a measurement. */
final class Ready {
    private static final long LOOK_MILLIS = 5;

    private Ready() {}

    /** @throws IOException when the server has ended instead, with what it said; or does not answer in time */
    static void await(Program server, Api api) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TestBed.DEADLINE.toNanos();
        while (!api.isReady()) {
            if (!server.process().isAlive()) {
                throw new IOException("The server has ended. It said:\n" + server.said());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("The server was not ready within " + TestBed.DEADLINE.toSeconds() + " s");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }
}
