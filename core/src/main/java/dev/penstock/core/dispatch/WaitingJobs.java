package dev.penstock.core.dispatch;

import dev.penstock.core.dispatch.Matching.Idle;
import dev.penstock.core.dispatch.Matching.Match;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the head of the queue, as far as idle agents need it. When all that waits was seen at the last look, and nothing
 * has been said to have changed, that look is used again for a second: polls that come meanwhile cost no query. Used by
 * one thread, except {@link #gone}.
 */
final class WaitingJobs {
    private static final long GOOD_FOR = Duration.ofSeconds(1).toNanos();

    /** The whole queue is gone through at most so often when its head fits nobody who is idle. */
    private static final long DEEP_LOOKS_APART = Duration.ofMillis(100).toNanos();

    private static final int MIN_PAGE = 32;
    private static final int DEEP_PAGE = 1_000;

    /** More waiting jobs than ever; what is behind them waits until those in front are gone. */
    private static final int MAX_DEEP_PAGES = 50;

    private final Database database;
    private final Set<JobRunId> gone = ConcurrentHashMap.newKeySet();
    private @Nullable Look last;
    private long deepAt;

    WaitingJobs(Database database) {
        this.database = database;
    }

    /**
     * @param whole nothing waited behind them
     * @param changes how many changes had been told before it
     */
    private record Look(List<WaitingJob> jobs, boolean whole, long changes, long at) {}

    /** This server has given the job away. */
    void gone(JobRunId job) {
        gone.add(job);
    }

    /**
     * @param idle longest waiting first
     * @param busy jobs that are being claimed
     * @param changes grows whenever another job may wait
     */
    List<Match> match(List<Idle> idle, Set<JobRunId> busy, long changes, long now) {
        Look look = current(idle.size(), changes, now);
        List<Match> matches = new ArrayList<>(Matching.match(free(look.jobs(), busy), idle));
        List<Idle> left = without(idle, matches);
        if (left.isEmpty() || look.whole() || now - deepAt < DEEP_LOOKS_APART) {
            return matches;
        }
        deepAt = now;
        WaitingJob after = look.jobs().getLast();
        for (int page = 0; page < MAX_DEEP_PAGES && !left.isEmpty(); page++) {
            List<WaitingJob> jobs = read(after, DEEP_PAGE);
            matches.addAll(Matching.match(free(jobs, busy), left));
            left = without(idle, matches);
            if (jobs.size() < DEEP_PAGE) {
                break;
            }
            after = jobs.getLast();
        }
        return matches;
    }

    private Look current(int idle, long changes, long now) {
        Look known = last;
        if (known != null && known.whole() && known.changes() == changes && now - known.at() < GOOD_FOR) {
            return known;
        }
        gone.clear();
        int page = Math.max(MIN_PAGE, 2 * idle);
        List<WaitingJob> jobs = read(null, page);
        var look = new Look(jobs, jobs.size() < page, changes, now);
        last = look;
        return look;
    }

    private List<WaitingJob> read(@Nullable WaitingJob after, int limit) {
        return database.read(handle -> JobQueue.waiting(handle, after, limit));
    }

    private List<WaitingJob> free(List<WaitingJob> jobs, Set<JobRunId> busy) {
        return jobs.stream()
                .filter(job -> !busy.contains(job.id()) && !gone.contains(job.id()))
                .toList();
    }

    private static List<Idle> without(List<Idle> idle, List<Match> matches) {
        Set<AgentId> matched =
                matches.stream().map(match -> match.offer().agent()).collect(Collectors.toCollection(HashSet::new));
        return idle.stream()
                .filter(one -> !matched.contains(one.offer().agent()))
                .toList();
    }
}
