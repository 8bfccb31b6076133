package dev.penstock.agent.job;

import dev.penstock.agent.console.JobConsole;
import dev.penstock.agent.server.Backoff;
import dev.penstock.agent.server.ServerException;
import java.io.IOException;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** Asks the server for what a job needs, for as long as it takes: a server that is away ends no job. */
final class Persistence {
    /** After so many failures the console says what the job waits for. */
    private static final int FAILURES_TO_TELL = 3;

    private final JobConsole console;
    private final StopSignal stop;

    /** A call to the server. */
    @FunctionalInterface
    interface Call<T> {
        T make() throws IOException;
    }

    Persistence(JobConsole console, StopSignal stop) {
        this.console = console;
        this.stop = stop;
    }

    /**
     * Makes the call until it is answered.
     *
     * @param what for the console, such as {@code The upload of "a.jar"}
     * @throws ServerException.Refused if it never will be done
     * @throws InterruptedException if the job is stopped meanwhile, also because it is no longer this agent's
     */
    <T> T persist(String what, Call<T> call) throws ServerException.Refused, InterruptedException {
        var backoff = new Backoff(RandomGenerator.getDefault());
        while (true) {
            try {
                T answer = call.make();
                if (backoff.failures() >= FAILURES_TO_TELL) {
                    console.note(what + " goes on: the server answers again");
                }
                return answer;
            } catch (ServerException.Refused e) {
                throw e;
            } catch (ServerException.Fenced _) {
                stop.request(Stop.SUPERSEDED);
                throw new InterruptedException();
            } catch (IOException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                Duration wait = backoff.after(e);
                if (backoff.failures() == FAILURES_TO_TELL) {
                    console.problem(what + " waits for the server: " + e.getMessage());
                }
                Thread.sleep(wait);
            }
        }
    }
}
