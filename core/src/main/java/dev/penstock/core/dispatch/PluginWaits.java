package dev.penstock.core.dispatch;

import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.secret.SecretRef;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Jobs that wait because the plugin of a material does not answer (F-16). A job is asked about before it is given, and
 * only while some plugin ails: no attempt is lost, and its queue timeout goes on. Thread-safe.
 */
final class PluginWaits {
    /** How long a job is left alone before its plugins are asked again. */
    static final long AGAIN = Duration.ofSeconds(5).toNanos();

    /** As long as it stands in the list without being asked again, as when no agent is idle. */
    private static final long REMEMBERED = Duration.ofSeconds(90).toNanos();

    /** More are not remembered: they are asked about all the same, and only say something else. */
    private static final int MAX_REMEMBERED = 10_000;

    private final Database database;
    private final Definitions definitions;
    private final JobTypes types;
    private final LongSupplier ticker;
    private final Map<JobRunId, Noted> noted = new ConcurrentHashMap<>();

    PluginWaits(Database database, Definitions definitions, JobTypes types, LongSupplier ticker) {
        this.database = database;
        this.definitions = definitions;
        this.types = types;
        this.ticker = ticker;
    }

    private record Noted(String reason, long at) {}

    /** Whether the job has to wait; may take as long as a plugin that does not answer is waited for. */
    boolean holds(JobRunId job) {
        Optional<String> trouble = types.isAnyAiling() ? trouble(job) : Optional.empty();
        if (trouble.isPresent()) {
            note(job, trouble.get());
        } else {
            noted.remove(job);
        }
        return trouble.isPresent();
    }

    /** The job waits for this reason, as far as is known. */
    void note(JobRunId job, String reason) {
        long now = ticker.getAsLong();
        noted.values().removeIf(one -> now - one.at() >= REMEMBERED);
        if (noted.size() < MAX_REMEMBERED) {
            noted.put(job, new Noted(reason, now));
        }
    }

    /** Why the job waits, if it is for a plugin. */
    Optional<String> reason(JobRunId job) {
        Noted one = noted.get(job);
        return one == null || ticker.getAsLong() - one.at() >= REMEMBERED
                ? Optional.empty()
                : Optional.of(one.reason());
    }

    private Optional<String> trouble(JobRunId job) {
        Optional<PipelineDefinition> definition =
                database.read(handle -> QueueQuery.definition(handle, job).map(id -> definitions.byId(handle, id)));
        return definition.stream()
                .flatMap(pipeline -> pipeline.materials().stream())
                .filter(material -> !material.type().equals(MaterialDefinition.PIPELINE))
                .flatMap(material -> types.trouble(material.type(), withoutSecrets(material.options())).stream())
                .findFirst();
    }

    /** Nobody looks at what the plugin says, and secrets are opened for attempts only. */
    private static Map<String, Object> withoutSecrets(Map<String, Object> options) {
        Map<String, Object> rest = new LinkedHashMap<>(options);
        rest.values().removeIf(SecretRef.class::isInstance);
        return rest;
    }
}
