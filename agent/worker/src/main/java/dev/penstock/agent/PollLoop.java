package dev.penstock.agent;

import dev.penstock.agent.job.RunningJob;
import dev.penstock.agent.job.Stop;
import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.PollReply;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.agent.protocol.RegistrationReply;
import dev.penstock.agent.server.Backoff;
import dev.penstock.agent.server.HttpJobServer;
import dev.penstock.agent.server.ServerException;
import dev.penstock.agent.server.Session;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the server what to do, for as long as the agent lives: gets known, asks for work, hears of cancels while it works.
 * One thread runs it; {@link #jobIsOver} and {@link #stop} are for others.
 */
final class PollLoop {
    private static final Logger log = LoggerFactory.getLogger(PollLoop.class);

    /** Longer than the server lets any question wait. */
    private static final int WAIT_SECONDS = 50;

    /** A job that ends sooner needs no question in between; its report brings a cancel, too. */
    private static final Duration SHORT_JOB = Duration.ofSeconds(1);

    /** Stopping an agent waits so long for a server that may be giving it a job. */
    private static final Duration LEAVE = Duration.ofSeconds(2);

    /** Asked again so seldom when the server does not want this agent at all. */
    private static final Duration REFUSED_WAIT = Duration.ofSeconds(30);

    private final HttpJobServer server;
    private final Session session;
    private final Session.Wish wish;
    private final Shell shell;
    private final List<RunningJob> jobs = new CopyOnWriteArrayList<>();
    private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
    private final Object lock = new Object();
    private boolean woken; // guarded by lock
    private Question question = Question.NONE; // guarded by lock
    private boolean stopping; // guarded by lock
    private boolean left; // guarded by lock
    private boolean registered;
    private boolean answered;
    private String lastSaid = "";

    /** What the request under way says of this agent. */
    private enum Question {
        NONE,
        BUSY,
        IDLE
    }

    /** What the loop needs of the agent around it. */
    interface Shell {
        AgentFacts facts();

        /** Whether the machine can take a job now, for example because of its free space. */
        boolean isFit();

        /** Begins a job. */
        RunningJob start(JobAssignment assignment) throws IOException;

        /** Lets the server have a job again, of which nothing was done. */
        RunningJob giveBack(JobAssignment assignment) throws IOException;

        /** A connection beside the loop's own. */
        HttpJobServer connect();

        /** One line for whoever looks at the agent: what it does or waits for. */
        void say(String line);
    }

    PollLoop(HttpJobServer server, Session session, Session.Wish wish, Shell shell) {
        this.server = server;
        this.session = session;
        this.wish = wish;
        this.shell = shell;
    }

    /** Takes in what an earlier process of this agent left; before {@link #run}. */
    void add(RunningJob job) {
        jobs.add(job);
    }

    List<RunningJob> jobs() {
        return List.copyOf(jobs);
    }

    /** Asks and works until {@link #stop}. */
    void run() throws InterruptedException {
        while (!isStopping()) {
            try {
                if (!registered) {
                    register();
                } else {
                    poll();
                }
            } catch (ServerException.NotRegistered e) {
                log.atInfo().log("The server does not know this agent any more: " + e.getMessage());
                registered = false;
                await(backoff.after(e));
            } catch (ServerException.Refused e) {
                registered = false;
                say(e.getMessage() + " It is asked again every " + REFUSED_WAIT.toSeconds() + " s");
                await(REFUSED_WAIT);
            } catch (IOException e) {
                if (!takeWoken()) {
                    Duration wait = backoff.after(e);
                    if (backoff.failures() == 2) {
                        say("Penstock agent waits for its server: " + e.getMessage());
                    }
                    await(wait);
                }
            }
        }
    }

    /**
     * A job is over: a question that says otherwise is asked anew. One that says that this agent is idle is left alone: the
     * job in its answer would be lost.
     */
    void jobIsOver() {
        synchronized (lock) {
            if (question != Question.IDLE) {
                wake();
            }
        }
    }

    /** Asks nothing more. Takes a moment while the agent waits for work. */
    void stop() {
        boolean idle;
        synchronized (lock) {
            stopping = true;
            idle = question == Question.IDLE;
            if (!idle) {
                wake();
            }
        }
        if (idle) {
            leave();
        }
    }

    /**
     * Ends the wait for work. The server may be answering it with a job just now, which would be lost until its lease ends:
     * so a question that wants none takes the place of the one that waits, both are answered at once, and a job that comes
     * with either is given back.
     */
    private void leave() {
        long end = System.nanoTime() + LEAVE.toNanos();
        Thread.ofPlatform().daemon().name("leave").start(() -> {
            try (HttpJobServer other = shell.connect()) {
                takeNothing(other.poll(new PollRequest(Protocol.VERSION, shell.facts(), List.of(), false, 0)));
            } catch (IOException e) {
                log.atInfo().log("The server does not hear that this agent stops: " + e.getMessage());
            } finally {
                synchronized (lock) {
                    left = true;
                    lock.notifyAll();
                }
            }
        });
        synchronized (lock) {
            long millis = LEAVE.toMillis();
            try {
                while ((!left || question != Question.NONE) && millis > 0) {
                    lock.wait(millis);
                    millis = (end - System.nanoTime()) / 1_000_000;
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            wake();
        }
    }

    private void takeNothing(PollReply reply) {
        JobAssignment assignment = reply.assignment();
        if (assignment != null) {
            try {
                jobs.add(shell.giveBack(assignment));
            } catch (IOException e) {
                log.atError().addKeyValue("job", assignment).setCause(e).log("The job cannot be given back");
            }
        }
    }

    private void wake() {
        woken = true;
        lock.notifyAll();
        if (question != Question.NONE) {
            server.abort();
        }
    }

    private void register() throws IOException, InterruptedException {
        RegistrationReply reply = session.register(shell.facts(), wish);
        backoff.reset();
        switch (reply.state()) {
            case PENDING -> {
                say("Penstock agent waits to be enabled: its key is " + reply.keyFingerprint()
                        + "; compare it on the server's page of agents, and enable it there");
                Duration wait = Duration.ofSeconds(Math.clamp(reply.retryAfterSeconds(), 1, 300));
                await(wait.plusMillis(RandomGenerator.getDefault().nextLong(1000)));
            }
            case DISABLED -> {
                say("Penstock agent is disabled on the server, and gets no work");
                registered = true;
            }
            case ENABLED -> {
                say("Penstock agent works");
                registered = true;
            }
        }
    }

    private void poll() throws IOException, InterruptedException {
        takeWoken();
        jobs.removeIf(RunningJob::isOver);
        List<HeldJob> held = jobs.stream().map(RunningJob::held).toList();
        boolean idle = held.isEmpty() && shell.isFit();
        PollReply reply = ask(new PollRequest(Protocol.VERSION, shell.facts(), held, idle, WAIT_SECONDS, !answered));
        answered = true;
        if (backoff.failures() >= 2) {
            say("Penstock agent works: the server answers again");
        }
        backoff.reset();
        heed(reply);
    }

    private PollReply ask(PollRequest request) throws IOException {
        synchronized (lock) {
            if (woken) {
                throw new IOException("What was to be asked is not true any more");
            }
            question = request.held().isEmpty() ? Question.IDLE : Question.BUSY;
            server.arm();
        }
        try {
            return server.poll(request);
        } finally {
            synchronized (lock) {
                question = Question.NONE;
                lock.notifyAll();
            }
        }
    }

    private void heed(PollReply reply) throws InterruptedException {
        if (isStopping()) {
            takeNothing(reply);
            return;
        }
        for (RunningJob job : jobs) {
            if (reply.drop().contains(job.held())) {
                job.stop(Stop.SUPERSEDED);
            } else if (reply.cancel().contains(job.held())) {
                job.stop(Stop.CANCELLED);
            }
        }
        JobAssignment assignment = reply.assignment();
        if (assignment == null) {
            return;
        }
        var given = new HeldJob(assignment.jobId(), assignment.attempt());
        if (jobs.stream().anyMatch(job -> job.held().equals(given))) {
            return; // told twice
        }
        try {
            RunningJob job = shell.start(assignment);
            jobs.add(job);
            job.awaitOver(SHORT_JOB);
        } catch (IOException e) {
            // Nothing was begun: the server hears with the next question that this agent does not have the job.
            log.atError().addKeyValue("job", assignment).setCause(e).log("The job cannot be begun");
            await(REFUSED_WAIT);
        }
    }

    private void say(String line) {
        if (!line.equals(lastSaid)) {
            lastSaid = line;
            shell.say(line);
        }
    }

    /** Waits, but no longer than until there is something to do. */
    private void await(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        synchronized (lock) {
            while (!stopping && !woken) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return;
                }
                lock.wait(left);
            }
            woken = false;
        }
    }

    private boolean takeWoken() {
        synchronized (lock) {
            boolean was = woken;
            woken = false;
            return was;
        }
    }

    private boolean isStopping() {
        synchronized (lock) {
            return stopping;
        }
    }
}
