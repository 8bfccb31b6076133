package dev.penstock.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.JobReport.Phase;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.run.JobEvent.AgentRevoked;
import dev.penstock.core.run.JobEvent.CancelRequested;
import dev.penstock.core.run.JobEvent.Claimed;
import dev.penstock.core.run.JobEvent.Ended;
import dev.penstock.core.run.JobEvent.GivenUp;
import dev.penstock.core.run.JobEvent.LeaseExpired;
import dev.penstock.core.run.JobEvent.Progress;
import dev.penstock.core.run.JobEvent.PutBack;
import dev.penstock.core.run.JobEvent.QueueTimedOut;
import dev.penstock.core.run.JobEvent.Reported;
import dev.penstock.core.run.JobEvent.RerunDecided;
import dev.penstock.core.run.JobEvent.Unassignable;
import dev.penstock.core.run.JobState.Assigned;
import dev.penstock.core.run.JobState.Cancelling;
import dev.penstock.core.run.JobState.Finished;
import dev.penstock.core.run.JobState.Held;
import dev.penstock.core.run.JobState.Lost;
import dev.penstock.core.run.JobState.Running;
import dev.penstock.core.run.JobState.Scheduled;
import dev.penstock.core.run.Step.Stay;
import dev.penstock.core.run.Step.To;
import dev.penstock.core.run.Step.Why;
import dev.penstock.core.testing.LifeDiagram;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JobLifeTest {
    private static final AgentId ALMA = new AgentId(new UUID(0, 1));
    private static final AgentId BRUNO = new AgentId(new UUID(0, 2));
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final Instant LEASE_END = NOON.plus(Protocol.LEASE);
    private static final OnAgentLoss ONCE_MORE = new OnAgentLoss(OnAgentLoss.Policy.RERUN, 1);

    private static Progress in(Phase... phases) {
        return new Progress(
                Arrays.stream(phases)
                        .map(phase -> new PhaseEntered(phase, NOON))
                        .toList(),
                List.of());
    }

    private static Ended ended(AgentId agent, int attempt, JobResult result, @Nullable JobReason reason) {
        return new Ended(agent, attempt, result, reason, reason == null ? null : "said so", Progress.NONE);
    }

    private static Ended passed(AgentId agent, int attempt) {
        return new Ended(agent, attempt, JobResult.PASSED, null, null, Progress.NONE);
    }

    @Test
    void aClaimIsTheNextAttemptWithALease() {
        Step<JobState> step = JobLife.next(new Scheduled(1, NOON), new Claimed(ALMA, "alma"), ONCE_MORE, NOON);

        assertThat(step).isEqualTo(new To<>(new Assigned(ALMA, 2, NOON, LEASE_END)));
    }

    @Test
    void aReportOfAnOlderAttemptOfTheSameAgentIsFenced() {
        var second = new Running(ALMA, 2, Phase.BUILDING, NOON, LEASE_END);

        Step<JobState> step = JobLife.next(second, passed(ALMA, 1), ONCE_MORE, NOON);

        assertThat(step)
                .isInstanceOfSatisfying(
                        Stay.class, stay -> assertThat(stay.why()).isEqualTo(Why.FENCED));
    }

    @Test
    void aLeaseThatWasRenewedMeanwhileHasNotExpired() {
        var running = new Running(ALMA, 1, Phase.BUILDING, NOON, LEASE_END);

        Step<JobState> step = JobLife.next(running, new LeaseExpired(), ONCE_MORE, LEASE_END.minusMillis(1));

        assertThat(step).isEqualTo(new Stay<>(Why.NOT_NOW, "The lease was renewed"));
    }

    @Test
    void theLastOfTheAttemptsThatItMayHaveFails() {
        var second = new Running(ALMA, 2, Phase.BUILDING, NOON, LEASE_END);

        Step<JobState> step = JobLife.next(second, new LeaseExpired(), ONCE_MORE, LEASE_END);

        assertThat(step)
                .isEqualTo(new To<>(new Finished(
                        JobResult.FAILED,
                        JobReason.AGENT_LOST,
                        "Lost its agent in 2 of at most 2 attempts",
                        2,
                        null,
                        LEASE_END)));
    }

    @Test
    void anAgentThatWasRestartedCountsAsLost() {
        var running = new Running(ALMA, 1, Phase.BUILDING, NOON, LEASE_END);

        Step<JobState> step = JobLife.next(
                running, ended(ALMA, 1, JobResult.FAILED, JobReason.AGENT_RESTARTED), OnAgentLoss.ASK, NOON);

        assertThat(step).isEqualTo(new To<>(new Lost(ALMA, 1, JobReason.AGENT_RESTARTED, NOON)));
    }

    @Test
    void aRepeatedEndIsKnownAndAnothersIsFenced() {
        var over = new Finished(JobResult.PASSED, null, null, 1, ALMA, NOON);

        assertThat(JobLife.next(over, passed(ALMA, 1), ONCE_MORE, NOON))
                .isEqualTo(new Stay<>(Why.REPEATED, "The result is known"));
        assertThat(JobLife.next(over, passed(BRUNO, 1), ONCE_MORE, NOON))
                .isEqualTo(new Stay<>(Why.FENCED, "The job is over"));
    }

    @Test
    void anAgentThatReportsOnKeepsACancelledJobForTenMinutesOnly() {
        JobState state = new Cancelling(ALMA, 1, "eve", NOON, LEASE_END);
        Instant now = NOON;
        while (JobLife.next(state, new LeaseExpired(), ONCE_MORE, now) instanceof Stay<JobState>) {
            now = now.plus(Protocol.REPORT_INTERVAL);
            if (JobLife.next(state, new Reported(ALMA, 1, Progress.NONE), ONCE_MORE, now)
                    instanceof To<JobState>(var after)) {
                state = after;
            }
            assertThat(now).isBefore(NOON.plus(Duration.ofMinutes(11)));
        }

        assertThat(now).isEqualTo(NOON.plus(JobLife.CANCEL_LIMIT));
    }

    /** Every state, by the name that rows have. */
    private static Map<String, JobState> states() {
        Map<String, JobState> states = new LinkedHashMap<>();
        for (JobState state : List.of(
                new Scheduled(0, NOON),
                new Assigned(ALMA, 1, NOON, LEASE_END),
                new Running(ALMA, 1, Phase.BUILDING, NOON, LEASE_END),
                new Cancelling(ALMA, 1, "eve", NOON, LEASE_END),
                new Lost(ALMA, 1, JobReason.AGENT_LOST, NOON),
                new Finished(JobResult.PASSED, null, null, 1, ALMA, NOON))) {
            states.put(JobWords.of(state), state);
        }
        return states;
    }

    private record Case(JobEvent event, OnAgentLoss onLoss, Instant now) {
        Case(JobEvent event) {
            this(event, ONCE_MORE, NOON);
        }
    }

    private static Map<String, Case> events() {
        Map<String, Case> events = new LinkedHashMap<>();
        events.put("claimed", new Case(new Claimed(ALMA, "alma")));
        events.put("reported", new Case(new Reported(ALMA, 1, in(Phase.PREPARING))));
        events.put("reported by another or older attempt", new Case(new Reported(ALMA, 9, in(Phase.PREPARING))));
        events.put("ended", new Case(passed(ALMA, 1)));
        events.put("ended by another or older attempt", new Case(passed(BRUNO, 1)));
        var restarted = ended(ALMA, 1, JobResult.FAILED, JobReason.AGENT_RESTARTED);
        events.put("agent restarted, attempts left", new Case(restarted));
        events.put(
                "agent restarted, none left", new Case(restarted, new OnAgentLoss(OnAgentLoss.Policy.RERUN, 0), NOON));
        events.put("agent restarted, a person decides", new Case(restarted, OnAgentLoss.ASK, NOON));
        events.put("cancel requested", new Case(new CancelRequested("eve")));
        events.put("lease ended, attempts left", new Case(new LeaseExpired(), ONCE_MORE, LEASE_END));
        events.put(
                "lease ended, none left",
                new Case(new LeaseExpired(), new OnAgentLoss(OnAgentLoss.Policy.RERUN, 0), LEASE_END));
        events.put("lease ended, a person decides", new Case(new LeaseExpired(), OnAgentLoss.ASK, LEASE_END));
        events.put("lease renewed meanwhile", new Case(new LeaseExpired()));
        events.put("agent deleted, attempts left", new Case(new AgentRevoked(ALMA)));
        events.put(
                "agent deleted, none left",
                new Case(new AgentRevoked(ALMA), new OnAgentLoss(OnAgentLoss.Policy.RERUN, 0), NOON));
        events.put("agent deleted, a person decides", new Case(new AgentRevoked(ALMA), OnAgentLoss.ASK, NOON));
        events.put("another agent deleted", new Case(new AgentRevoked(BRUNO)));
        events.put("cannot be assigned", new Case(new Unassignable("no secret")));
        events.put("put back", new Case(new PutBack("a plugin does not answer")));
        events.put("queue time over", new Case(new QueueTimedOut("nobody came")));
        events.put("a person lets it run again", new Case(new RerunDecided("eve")));
        events.put("a person gives it up", new Case(new GivenUp("eve")));
        return events;
    }

    @Test
    void theDiagramInTheDocumentIsTheCode() throws IOException {
        var diagram = new LifeDiagram("job");
        states().forEach((name, state) -> events().forEach((event, it) -> diagram.step(
                name,
                event,
                JobLife.next(state, it.event(), it.onLoss(), it.now()) instanceof To<JobState>(var after)
                        ? JobWords.of(after)
                        : null)));

        diagram.requireInDocument();
    }

    @Test
    void theWalkLeavesOutNoStateAndNoEvent() {
        assertThat(states().values().stream().<Class<?>>map(JobState::getClass))
                .containsExactlyInAnyOrder(
                        Scheduled.class, Assigned.class, Running.class, Cancelling.class, Lost.class, Finished.class);
        assertThat(events().values().stream().<Class<?>>map(it -> it.event().getClass()))
                .contains(JobEvent.class.getPermittedSubclasses());
    }

    /**
     * Any events in any order, many of them late, doubled, or of an agent that has nothing to say: whatever happens, one
     * attempt has the job, what was fenced counts for nothing, and an end is an end.
     */
    @Test
    void noOrderOfEventsBreaksTheRules() {
        for (int seed = 0; seed < 3_000; seed++) {
            var life = new RandomLife(seed);
            for (int step = 0; step < 40; step++) {
                life.step();
            }
        }
    }

    /** One life, with the promises checked at each step. */
    private static final class RandomLife {
        private static final List<AgentId> AGENTS = List.of(ALMA, BRUNO);
        private static final List<Phase> PHASES = List.of(Phase.values());

        private final int seed;
        private final Random random;
        private OnAgentLoss onLoss;
        private JobState state = new Scheduled(0, NOON);
        private Instant now = NOON;
        private boolean cancelled;
        private int decided;

        RandomLife(int seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.onLoss = random.nextBoolean()
                    ? OnAgentLoss.ASK
                    : new OnAgentLoss(OnAgentLoss.Policy.RERUN, random.nextInt(3));
        }

        void step() {
            now = now.plusSeconds(random.nextInt(100) == 0 ? 700 : random.nextInt(40));
            JobEvent event = event();
            JobState before = state;
            Step<JobState> step = JobLife.next(before, event, onLoss, now);
            if (step instanceof To<JobState>(var after)) {
                state = after;
                check(before, event, after);
            } else if (event instanceof Reported || event instanceof Ended) {
                that(!speaksFor(event, before), before, event, "the holder is heard");
            }
        }

        private void check(JobState before, JobEvent event, JobState after) {
            that(!(before instanceof Finished), before, event, "an end is an end");
            int grown = after.attempt() - before.attempt();
            that(grown == (event instanceof Claimed ? 1 : 0), before, event, "only a claim is a new attempt");
            if (event instanceof Claimed) {
                that(before instanceof Scheduled, before, event, "only what waits is claimed");
            }
            if (event instanceof Reported || event instanceof Ended) {
                that(speaksFor(event, before), before, event, "only the holder speaks for a job");
            }
            if (after instanceof Held held) {
                that(
                        held.leaseUntil().isAfter(now) || held instanceof Cancelling,
                        before,
                        event,
                        "a report gives time until the next");
                that(!held.leaseUntil().isAfter(now.plus(Protocol.LEASE)), before, event, "a lease has its length");
            }
            if (before instanceof Held was && after instanceof Held is) {
                that(was.agent().equals(is.agent()), before, event, "a job does not change hands while it is held");
            }
            if (before instanceof Running was && after instanceof Running is) {
                that(is.phase().compareTo(was.phase()) >= 0, before, event, "a phase never goes back");
            }
            cancelled |= event instanceof CancelRequested;
            if (cancelled) {
                that(
                        after instanceof Cancelling || result(after) == JobResult.CANCELLED,
                        before,
                        event,
                        "what is cancelled stays so");
            }
            decided += event instanceof RerunDecided ? 1 : 0;
            if (event instanceof PutBack && after instanceof Scheduled) {
                decided++;
                onLoss = new OnAgentLoss(onLoss.policy(), onLoss.maxReruns() + 1); // as the row has it
            }
            if (onLoss.policy() == OnAgentLoss.Policy.ASK) {
                that(after.attempt() <= decided + 1, before, event, "no attempt that nobody decided");
            } else {
                that(after.attempt() <= onLoss.maxReruns() + 1, before, event, "no attempt too many");
            }
            if (event instanceof Ended end && end.reason() != JobReason.AGENT_RESTARTED && !cancelled) {
                that(result(after) == end.result(), before, event, "the result is what the holder said");
            }
        }

        private static @Nullable JobResult result(JobState state) {
            return state instanceof Finished over ? over.result() : null;
        }

        private static boolean speaksFor(JobEvent event, JobState state) {
            return state instanceof Held held
                    && switch (event) {
                        case Reported it -> it.agent().equals(held.agent()) && it.attempt() == held.attempt();
                        case Ended it -> it.agent().equals(held.agent()) && it.attempt() == held.attempt();
                        default -> false;
                    };
        }

        private void that(boolean holds, JobState before, JobEvent event, String rule) {
            assertThat(holds)
                    .as("seed %s: %s; %s in %s made %s (%s, at %s)", seed, rule, event, before, state, onLoss, now)
                    .isTrue();
        }

        private JobEvent event() {
            AgentId agent = AGENTS.get(random.nextInt(AGENTS.size()));
            int attempt = Math.max(1, state.attempt() - random.nextInt(2));
            return switch (random.nextInt(14)) {
                case 0, 1, 2 -> new Claimed(agent, "it");
                case 3, 4, 5 -> new Reported(agent, attempt, in(PHASES.get(random.nextInt(PHASES.size()))));
                case 6 -> new Reported(agent, attempt, Progress.NONE);
                case 7 -> end(agent, attempt);
                case 8 -> random.nextInt(4) == 0 ? new CancelRequested("eve") : new LeaseExpired();
                case 9, 10 -> new LeaseExpired();
                case 11 -> random.nextInt(4) == 0 ? new AgentRevoked(agent) : new RerunDecided("eve");
                case 12 -> random.nextInt(4) == 0 ? new GivenUp("eve") : new RerunDecided("eve");
                default ->
                    switch (random.nextInt(6)) {
                        case 0 -> new Unassignable("no secret");
                        case 1 -> new PutBack("a plugin does not answer");
                        default -> new Claimed(agent, "it");
                    };
            };
        }

        private JobEvent end(AgentId agent, int attempt) {
            return switch (random.nextInt(4)) {
                case 0 -> ended(agent, attempt, JobResult.FAILED, JobReason.TASK_FAILED);
                case 1 -> ended(agent, attempt, JobResult.FAILED, JobReason.AGENT_RESTARTED);
                default -> passed(agent, attempt);
            };
        }
    }
}
