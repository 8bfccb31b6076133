package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A report brought within limits before anybody stores or shows what it says. Pure. */
final class CleanReport {
    /** What fits a line on a screen, with room for long paths. */
    private static final int MAX_LINE_CHARS = 1_000;

    /** More than any definition has; what is behind is in the console all the same. */
    private static final int MAX_TASKS = 2_000;

    /** Times that the database can hold, and people can read. */
    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("3000-01-01T00:00:00Z");

    private CleanReport() {}

    /**
     * @param now in place of times that cannot be
     * @throws PenstockException BAD_REQUEST when something is missing without which it means nothing; TOO_LARGE when it
     *     has more than the protocol allows
     */
    static JobReport of(JobReport report, Instant now) {
        if (report.attempt() < 1) {
            throw bad("\"attempt\" is " + report.attempt() + "; it counts from 1");
        }
        JobReport.ConsoleChunk console = report.console();
        if (console != null) {
            if (console.bytes() == null || console.offset() < 0) {
                throw bad("\"console\" has no bytes, or a negative offset");
            }
            if (console.bytes().length > Protocol.MAX_CONSOLE_CHUNK_BYTES) {
                throw new PenstockException(
                        ErrorCode.TOO_LARGE,
                        "A chunk of the console has at most " + Protocol.MAX_CONSOLE_CHUNK_BYTES + " bytes, not "
                                + console.bytes().length);
            }
        }
        JobReport.End end = report.end();
        return new JobReport(
                report.attempt(),
                phases(report.phases(), now),
                tasks(report.tasks(), now),
                console,
                end == null ? null : end(end, now));
    }

    /** Each phase once, in their order. */
    private static List<PhaseEntered> phases(List<PhaseEntered> phases, Instant now) {
        Map<JobReport.Phase, PhaseEntered> first = new EnumMap<>(JobReport.Phase.class);
        for (PhaseEntered entered : phases) {
            if (entered.phase() == null) {
                throw bad("A phase has no name");
            }
            first.putIfAbsent(entered.phase(), new PhaseEntered(entered.phase(), time(entered.at(), now)));
        }
        return List.copyOf(first.values());
    }

    /** Each task once, as it was said last: preparation first, publishing last. */
    private static List<TaskRun> tasks(List<TaskRun> tasks, Instant now) {
        Map<Integer, TaskRun> last = new TreeMap<>();
        for (TaskRun task : tasks) {
            if (task.state() == null || task.index() < -2) {
                throw bad("A task has no state, or an index below -2");
            }
            last.put(
                    task.index(),
                    new TaskRun(
                            task.index(),
                            line(task.summary()),
                            task.state(),
                            Math.max(task.consoleOffset(), 0),
                            time(task.startedAt(), now),
                            task.endedAt() == null ? null : time(task.endedAt(), now),
                            task.exitCode()));
        }
        List<TaskRun> ordered = new ArrayList<>(last.values());
        ordered.sort(Comparator.comparingInt(task -> switch (task.index()) {
            case -1 -> Integer.MIN_VALUE;
            case -2 -> Integer.MAX_VALUE;
            default -> task.index();
        }));
        return ordered.size() <= MAX_TASKS ? ordered : ordered.subList(0, MAX_TASKS);
    }

    private static JobReport.End end(JobReport.End end, Instant now) {
        if (end.result() == null || end.consoleLength() < 0) {
            throw bad("\"end\" has no result, or a negative console length");
        }
        if (end.artifacts().size() > Protocol.MAX_ARTIFACTS) {
            throw new PenstockException(
                    ErrorCode.TOO_LARGE,
                    "A job publishes at most " + Protocol.MAX_ARTIFACTS + " files, not "
                            + end.artifacts().size());
        }
        boolean passed = end.result() == JobReport.Result.PASSED;
        return new JobReport.End(
                end.result(),
                passed ? null : reason(end),
                passed ? null : line(end.message()),
                time(end.at(), now),
                end.consoleLength(),
                end.artifacts(),
                Math.max(end.cleanUp(), 0));
    }

    private static JobReport.Reason reason(JobReport.End end) {
        JobReport.Reason reason = end.reason();
        if (reason != null) {
            return reason;
        }
        return end.result() == JobReport.Result.CANCELLED ? JobReport.Reason.CANCELLED : JobReport.Reason.AGENT_ERROR;
    }

    private static Instant time(@Nullable Instant time, Instant now) {
        return time == null || time.isBefore(EARLIEST) || time.isAfter(LATEST) ? now : time;
    }

    /** One line that every database and screen can take: no control characters, no halves of characters. */
    static String line(@Nullable String text) {
        if (text == null) {
            return "";
        }
        var clean = new StringBuilder(Math.min(text.length(), MAX_LINE_CHARS));
        text.codePoints()
                .limit(MAX_LINE_CHARS)
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .filter(c -> Character.getType(c) != Character.SURROGATE)
                .forEach(clean::appendCodePoint);
        return clean.toString().strip();
    }

    private static PenstockException bad(String message) {
        return new PenstockException(ErrorCode.BAD_REQUEST, "The report cannot be: " + message);
    }
}
