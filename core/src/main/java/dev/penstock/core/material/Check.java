package dev.penstock.core.material;

import dev.penstock.plugin.Violation;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.PollResult;
import dev.penstock.plugin.material.Revision;
import dev.penstock.plugin.option.OptionValues;
import dev.penstock.pluginhost.DescribedValues;
import dev.penstock.pluginhost.MaterialHandle;
import dev.penstock.pluginhost.PluginCallException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One look at a material: asks its type, outside of any transaction, and says what that means. Thread-safe. */
final class Check {
    /** A message that is longer tells no more. */
    static final int MAX_MESSAGE_CHARS = 4_000;

    private static final int MAX_NAME_CHARS = 1_000;
    private static final int MAX_HOST_CHARS = 255;

    /** When a plugin is being replaced, or is busy, it is soon different. */
    private static final Duration SOON = Duration.ofSeconds(2);

    private final MaterialTypes types;
    private final MaterialValues values;
    private final PollSettings settings;
    private final Clones clones;
    private final Findings findings;

    Check(MaterialTypes types, MaterialValues values, PollSettings settings, Clones clones, Findings findings) {
        this.types = types;
        this.values = values;
        this.settings = settings;
        this.clones = clones;
        this.findings = findings;
    }

    /** Looks at the material of a claim. */
    Finding look(Claim claim) throws InterruptedException {
        Optional<MaterialHandle> type = types.find(claim.type());
        if (type.isEmpty()) {
            return new Finding.Failed(
                    "NO_PLUGIN",
                    "No running plugin offers the material type \"" + claim.type() + "\"; see the list of plugins");
        }
        try {
            return look(type.get(), claim);
        } catch (PluginCallException e) {
            return failed(e);
        } catch (MaterialException e) {
            return new Finding.Failed(e.kind().name(), message(e.getMessage()));
        } catch (IOException e) {
            return new Finding.Failed("OTHER", "The folder for its clone cannot be made: " + message(e.getMessage()));
        }
    }

    private Finding look(MaterialHandle type, Claim claim) throws MaterialException, InterruptedException, IOException {
        DescribedValues.Reading reading = values.read(type, claim.options(), claim.optionsOf());
        if (!reading.violations().isEmpty()) {
            return new Finding.Failed("INVALID", message(words(reading.violations())));
        }
        if (describe(type, reading.values(), claim)) {
            return new Finding.Postponed(Duration.ZERO);
        }
        Path cache = clones.of(claim.id());
        PollResult result = type.poll(
                new ServerMaterialContext(cache, settings), reading.values(), Optional.ofNullable(claim.lastKnown()));
        return switch (result) {
            case PollResult.Unchanged _ -> new Finding.Unchanged();
            case PollResult.Changed(var revisions) -> checked(revisions, new Finding.Changed(revisions));
            case PollResult.Rewritten(var explanation, var revisions) ->
                checked(
                        revisions,
                        new Finding.Rewritten(
                                explanation.isBlank() ? "The history was rewritten" : explanation, revisions));
        };
    }

    /** Whether the material's host has just become known, so that it has to wait for its turn at that host. */
    private boolean describe(MaterialHandle type, OptionValues options, Claim claim) {
        String name = RevisionStore.text(type.displayName(options), MAX_NAME_CHARS);
        String host = type.host(options)
                .filter(given -> !given.isBlank())
                .map(given -> RevisionStore.text(given, MAX_HOST_CHARS))
                .orElse(null);
        if (!Objects.equals(host, claim.host()) || !name.equals(claim.displayName())) {
            findings.describe(claim.id(), name, host);
        }
        return host != null && claim.host() == null;
    }

    /** A plugin compiled without null checks may leave things out. */
    private static Finding checked(List<Revision> revisions, Finding finding) {
        for (Revision revision : revisions) {
            boolean whole = isThere(revision.id())
                    && !revision.id().isBlank()
                    && isThere(revision.author())
                    && isThere(revision.comment())
                    && isThere(revision.time())
                    && revision.files().stream().allMatch(file -> isThere(file.path()) && isThere(file.action()));
            if (!whole) {
                return new Finding.Failed(
                        "PLUGIN_FAILED", "The plugin gave a revision without an id, author, comment, time or path");
            }
        }
        return finding;
    }

    private static boolean isThere(@Nullable Object value) {
        return value != null;
    }

    private static Finding failed(PluginCallException e) {
        return switch (e.why()) {
            case BUSY, GONE -> new Finding.Postponed(SOON);
            case TIMED_OUT -> new Finding.Failed("TIMED_OUT", message(e.getMessage()));
            case FAILED, CIRCUIT_OPEN -> new Finding.Failed("PLUGIN_FAILED", message(e.getMessage()));
        };
    }

    static String words(List<Violation> violations) {
        return violations.stream()
                .map(violation -> violation.path().isEmpty()
                        ? violation.message()
                        : violation.path() + ": " + violation.message())
                .collect(Collectors.joining("; "));
    }

    static String message(@Nullable String message) {
        return message == null || message.isBlank()
                ? "No reason was given"
                : RevisionStore.text(message, MAX_MESSAGE_CHARS);
    }
}
