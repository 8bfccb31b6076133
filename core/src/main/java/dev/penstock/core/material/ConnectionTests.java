package dev.penstock.core.material;

import dev.penstock.core.config.CurrentDefinition;
import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.Names;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.plugin.Secret;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.option.OptionValues;
import dev.penstock.pluginhost.MaterialHandle;
import dev.penstock.pluginhost.PluginCallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** "Test connection": tries options that are not saved yet, and says what is wrong in words to act on. Thread-safe. */
final class ConnectionTests {
    /** A person tests one connection at a time; more at once is a program that hunts for something. */
    private static final int MOST_TOGETHER = 4;

    private static final int PATIENCE_SECONDS = 5;
    private static final int MAX_OPTIONS = 200;

    private final MaterialTypes types;
    private final MaterialValues values;
    private final PollSettings settings;
    private final Database database;
    private final Definitions definitions;
    private final SecretStore secrets;
    private final Semaphore places = new Semaphore(MOST_TOGETHER, true);

    ConnectionTests(
            MaterialTypes types,
            MaterialValues values,
            PollSettings settings,
            Database database,
            Definitions definitions,
            SecretStore secrets) {
        this.types = types;
        this.values = values;
        this.settings = settings;
        this.database = database;
        this.definitions = definitions;
        this.secrets = secrets;
    }

    /**
     * What is to be tried.
     *
     * @param options by name; a secret is its text, {@code {"secure_value": text}}, or, with a pipeline,
     *     {@code {"secret_ref": id}} of one that the pipeline has
     * @param pipeline whose stored secrets may be used
     */
    record Wish(
            @Nullable String type,
            @Nullable Map<String, @Nullable Object> options,
            @Nullable String pipeline) {}

    /** What answered. */
    record Reached(String name, @Nullable String host) {}

    /** Tries it; returns when the material can be read. */
    Reached test(Wish wish) {
        MaterialHandle type = types.find(wish.type() == null ? "" : wish.type())
                .orElseThrow(() -> invalid(List.of(Violation.at(
                        "/type", "unknown_type", "There is no material type \"" + wish.type() + "\" to test"))));
        Map<String, @Nullable Object> given = wish.options() == null ? Map.of() : wish.options();
        if (given.size() > MAX_OPTIONS) {
            throw new PenstockException(ErrorCode.INVALID, "There are more than " + MAX_OPTIONS + " options");
        }
        PipelineId pipeline = wish.pipeline() == null ? null : pipeline(wish.pipeline());
        Map<String, Object> options = options(given, pipeline);
        try {
            OptionValues read = checked(type, options, pipeline);
            return within(() -> reach(type, read));
        } catch (PluginCallException e) {
            throw new PenstockException(
                    switch (e.why()) {
                        case TIMED_OUT, FAILED -> ErrorCode.CONNECTION_FAILED;
                        case BUSY, CIRCUIT_OPEN, GONE -> ErrorCode.UNAVAILABLE;
                    },
                    Check.message(e.getMessage()));
        }
    }

    private OptionValues checked(MaterialHandle type, Map<String, Object> options, @Nullable PipelineId pipeline) {
        Map<String, Object> revealed = new LinkedHashMap<>(options);
        var reading = values.read(type, options, pipeline);
        List<dev.penstock.plugin.Violation> found = reading.violations();
        if (found.isEmpty()) {
            revealed.replaceAll((_, value) -> value instanceof SecretRef ? new Secret("********") : value);
            found = type.validate(revealed);
        }
        if (!found.isEmpty()) {
            throw invalid(found.stream()
                    .map(violation -> Violation.at(
                            violation.path().isEmpty()
                                    ? "/options"
                                    : "/options/" + violation.path().replace('.', '/'),
                            "invalid_option",
                            violation.message()))
                    .toList());
        }
        return reading.values();
    }

    private Reached reach(MaterialHandle type, OptionValues read) throws InterruptedException, IOException {
        Path folder = Files.createTempDirectory(Files.createDirectories(settings.folder()), "test-");
        try {
            type.check(new ServerMaterialContext(folder, settings), read);
            return new Reached(type.displayName(read), type.host(read).orElse(null));
        } catch (MaterialException e) {
            throw new PenstockException(
                    ErrorCode.CONNECTION_FAILED,
                    Check.message(e.getMessage()),
                    List.of(Violation.at(
                            "/options", e.kind().name().toLowerCase(Locale.ROOT), Check.message(e.getMessage()))));
        } finally {
            Clones.delete(folder);
        }
    }

    /** Something that may take a while. */
    private interface Work<T> {
        T run() throws InterruptedException, IOException;
    }

    private <T> T within(Work<T> work) {
        try {
            if (!places.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new PenstockException(
                        ErrorCode.TOO_MANY_REQUESTS,
                        MOST_TOGETHER + " connections are being tested; try again when one has ended");
            }
            try {
                return work.run();
            } finally {
                places.release();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new PenstockException(ErrorCode.UNAVAILABLE, "The server is stopping");
        } catch (IOException e) {
            throw new UncheckedIOException("No folder for a test of a connection", e);
        }
    }

    private PipelineId pipeline(String name) {
        return Optional.of(name)
                .filter(Names::isName)
                .flatMap(known -> database.read(handle -> definitions.current(handle, known)))
                .map(CurrentDefinition::id)
                .orElseThrow(() -> invalid(List.of(
                        Violation.at("/pipeline", "unknown_pipeline", "There is no pipeline \"" + name + "\""))));
    }

    private Map<String, Object> options(Map<String, @Nullable Object> given, @Nullable PipelineId pipeline) {
        Map<String, Object> options = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            if (value instanceof Map<?, ?> map && map.get("secure_value") instanceof String text) {
                options.put(name, new Secret(text));
            } else if (value instanceof Map<?, ?> map && map.get("secret_ref") instanceof Number ref) {
                options.put(name, stored(name, new SecretRef(ref.longValue()), pipeline));
            } else if (value != null) {
                options.put(name, value);
            }
        });
        return options;
    }

    private SecretRef stored(String name, SecretRef ref, @Nullable PipelineId pipeline) {
        boolean own = pipeline != null
                && database.read(handle -> secrets.foreign(handle, Set.of(ref), SecretStore.scope(pipeline)))
                        .isEmpty();
        if (!own) {
            throw invalid(List.of(Violation.at(
                    "/options/" + name,
                    "unknown_secret",
                    "\"secret_ref\" " + ref.secretRef() + " is not a secret of the pipeline; give \"pipeline\", or the"
                            + " value itself")));
        }
        return ref;
    }

    private static PenstockException invalid(List<Violation> violations) {
        return new PenstockException(
                ErrorCode.INVALID,
                "It cannot be tested: " + violations.getFirst().message(),
                violations);
    }
}
