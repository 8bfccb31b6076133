package dev.penstock.core.insight;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.core.insight.DashboardQuery.Mark;
import dev.penstock.core.insight.DashboardQuery.PipelineFacts;
import dev.penstock.core.insight.DashboardQuery.RunFacts;
import dev.penstock.core.insight.DashboardQuery.StageFacts;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * All pipelines at a glance. What it has shown is kept, and only pipelines with events since then are read again; every
 * look asks the database first whether there are any, so a second server shows the same. Thread-safe: one look at a time
 * reads, and those that come meanwhile wait for it.
 */
final class Dashboard {
    /** To be counted up when what is shown of the same facts changes. */
    private static final String FORM = "1";

    /** When more have changed, reading all of them costs less than asking for each. */
    private static final int MOST_CHANGED = 500;

    /** So many share their words when they are packed; a change packs these again. */
    private static final int CHUNK = 64;

    /** Events are kept for days; what was read so long ago is read anew. */
    private static final Duration LONGEST_TRUST = Duration.ofHours(1);

    private final Database database;
    private final InstantSource clock;
    private final StageNames stageNames;
    private final ReentrantLock reading = new ReentrantLock();

    private Map<String, Entry> entries = new TreeMap<>();
    private Map<Chunk, Packed.Part> packed = new HashMap<>();
    private @Nullable Mark mark;
    private Instant readAt = Instant.EPOCH;
    private @Nullable Shown shown;

    Dashboard(Database database, InstantSource clock, StageNames stageNames) {
        this.database = database;
        this.clock = clock;
        this.stageNames = stageNames;
    }

    /** The dashboard as JSON. */
    record Shown(String version, Packed json) {}

    /** A pipeline as it is shown, and where it stands. */
    private record Entry(
            String groupKey, String group, int order, String key, boolean paused, String state, String json) {}

    private static final Comparator<Entry> PLACE =
            Comparator.comparing(Entry::groupKey).thenComparingInt(Entry::order).thenComparing(Entry::key);

    /** The version of what there is to show now. Equal versions show the same; on any server. */
    String version() {
        return version(database.read(DashboardQuery::mark));
    }

    /** What there is to show now. */
    Shown show() {
        reading.lock();
        try {
            return database.read(this::upToDate);
        } finally {
            reading.unlock();
        }
    }

    private Shown upToDate(Handle handle) {
        Mark now = DashboardQuery.mark(handle);
        Shown before = shown;
        if (before != null && before.version().equals(version(now))) {
            return before;
        }
        Mark since = mark;
        if (since == null || readAt.isBefore(clock.instant().minus(LONGEST_TRUST))) {
            entries = readAll(handle);
        } else {
            Set<String> changed = DashboardQuery.changedSince(handle, since, MOST_CHANGED + 1);
            if (changed.size() > MOST_CHANGED) {
                entries = readAll(handle);
            } else if (!changed.isEmpty()) {
                List<PipelineFacts> pipelines = DashboardQuery.pipelines(handle, changed);
                Map<String, Entry> fresh = read(
                        handle,
                        pipelines,
                        pipelines.stream().map(PipelineFacts::id).toList());
                entries.keySet().removeAll(changed);
                entries.putAll(fresh);
            }
        }
        // What was read is at least as new as the mark that was taken before.
        mark = now;
        readAt = clock.instant();
        Shown current = new Shown(version(now), pack());
        shown = current;
        return current;
    }

    private Map<String, Entry> readAll(Handle handle) {
        return read(handle, DashboardQuery.pipelines(handle), null);
    }

    private Map<String, Entry> read(Handle handle, List<PipelineFacts> pipelines, @Nullable List<Long> ids) {
        List<RunFacts> runs = DashboardQuery.runs(handle, ids);
        Map<Long, List<RunFacts>> byPipeline = runs.stream().collect(Collectors.groupingBy(RunFacts::pipeline));
        List<Long> runIds = runs.stream().map(RunFacts::id).toList();
        Map<Long, List<StageFacts>> byRun =
                DashboardQuery.stages(handle, runIds).stream().collect(Collectors.groupingBy(StageFacts::run));
        Map<Long, Integer> lost = JobQuery.lost(handle, runIds);
        Map<DefinitionId, List<String>> names = stageNames.of(
                handle,
                Stream.concat(
                                pipelines.stream().map(PipelineFacts::definition),
                                runs.stream().map(RunFacts::definition))
                        .toList());
        Map<String, Entry> fresh = new TreeMap<>();
        for (PipelineFacts pipeline : pipelines) {
            var view = DashboardPipeline.of(
                    pipeline,
                    names.getOrDefault(pipeline.definition(), List.of()).stream()
                            .findFirst()
                            .orElse(null),
                    byPipeline.getOrDefault(pipeline.id(), List.of()),
                    run -> names.getOrDefault(run.definition(), List.of()),
                    run -> byRun.getOrDefault(run.id(), List.of()),
                    lost);
            fresh.put(pipeline.key(), entry(pipeline, view));
        }
        return fresh;
    }

    private static Entry entry(PipelineFacts pipeline, DashboardPipeline view) {
        return new Entry(
                pipeline.groupKey(),
                pipeline.group(),
                pipeline.displayOrder(),
                pipeline.key(),
                view.paused() != null,
                view.runs().isEmpty() ? "NEVER_RUN" : view.runs().getFirst().state(),
                text(view));
    }

    private Packed pack() {
        List<Entry> sorted = entries.values().stream().sorted(PLACE).toList();
        List<Packed.Part> parts = new ArrayList<>();
        Map<Chunk, Packed.Part> fresh = new HashMap<>();
        parts.add(new Packed.Part("{\"counts\":" + counts(sorted) + ",\"groups\":["));
        for (int from = 0, to; from < sorted.size(); from = to) {
            to = end(sorted, from);
            var chunk = new Chunk(opening(sorted, from), List.copyOf(sorted.subList(from, to)));
            Packed.Part known = packed.get(chunk);
            Packed.Part part = known == null ? new Packed.Part(chunk.text()) : known;
            fresh.put(chunk, part);
            parts.add(part);
        }
        parts.add(new Packed.Part(sorted.isEmpty() ? "]}" : "]}]}"));
        packed = fresh;
        return Packed.of(parts);
    }

    /** Where the chunk ends that begins there: with its group, or when it is full. */
    private static int end(List<Entry> sorted, int from) {
        String group = sorted.get(from).groupKey();
        int to = from + 1;
        while (to < sorted.size()
                && to - from < CHUNK
                && sorted.get(to).groupKey().equals(group)) {
            to++;
        }
        return to;
    }

    private static String opening(List<Entry> sorted, int at) {
        Entry entry = sorted.get(at);
        if (at > 0 && sorted.get(at - 1).groupKey().equals(entry.groupKey())) {
            return ",";
        }
        return (at == 0 ? "" : "]},") + "{\"name\":" + text(entry.group()) + ",\"pipelines\":[";
    }

    /** Some pipelines of a group, packed together. */
    private record Chunk(String opening, List<Entry> entries) {
        String text() {
            return entries.stream().map(Entry::json).collect(Collectors.joining(",", opening, ""));
        }
    }

    /** @param byState how many newest runs are in each state */
    private record Counts(long pipelines, long paused, Map<String, Long> byState) {}

    private static String counts(List<Entry> entries) {
        return text(new Counts(
                entries.size(),
                entries.stream().filter(Entry::paused).count(),
                entries.stream().collect(Collectors.groupingBy(Entry::state, TreeMap::new, Collectors.counting()))));
    }

    private static String text(Object value) {
        try {
            return Json.STRICT.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot be written as JSON: " + value.getClass(), e);
        }
    }

    /**
     * Ids of events grow, but a transaction with a small one may be the last to end. While one is under way the version
     * says which, so that its end is another version though the newest id stays.
     */
    private static String version(Mark mark) {
        String version = FORM + "-" + mark.newest();
        return mark.running().isEmpty()
                ? version
                : version + "-" + mark.running().replace(':', '.').replace(',', '_');
    }
}
