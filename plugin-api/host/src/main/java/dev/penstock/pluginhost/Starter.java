package dev.penstock.pluginhost;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes jars and starts plugins, each on a watched thread. While a plugin is being started a marker with its hash lies
 * in the work folder, so that the next process knows which plugin was being started when this one ended.
 */
final class Starter {
    private static final Logger log = LoggerFactory.getLogger(Starter.class);
    /** Once may have been a power cut; twice is the plugin. */
    private static final int ENDS_TO_QUARANTINE = 2;

    private final HostSettings settings;
    private final Path markers;

    /** A jar that was copied and read, and may be started. */
    record Candidate(JarCopy copy, JarFacts facts) {}

    /** What became of a candidate. */
    sealed interface Outcome {
        record Started(RunningPlugin plugin) implements Outcome {}

        record Refused(PluginStatus status, String reason) implements Outcome {}
    }

    Starter(HostSettings settings) throws IOException {
        this.settings = settings;
        this.markers = Files.createDirectories(settings.work().resolve("starting"));
    }

    /** Copies and reads a jar without running any of its code. */
    Candidate read(Path jar) throws PluginRefusedException {
        JarCopy copy = null;
        boolean good = false;
        try {
            copy = JarCopy.take(jar, settings.work());
            var candidate = new Candidate(copy, JarReader.read(copy.jar(), settings.apiVersion()));
            good = true;
            return candidate;
        } catch (ZipException e) {
            throw new PluginRefusedException(
                    PluginStatus.UNREADABLE, "It is not a readable jar (truncated or corrupt): " + e.getMessage(), e);
        } catch (IOException e) {
            throw new PluginRefusedException(PluginStatus.UNREADABLE, "It cannot be read: " + e, e);
        } finally {
            if (copy != null && !good) {
                copy.delete();
            }
        }
    }

    /**
     * Starts all, side by side, so that hanging ones cost one deadline and not one each. Those that were being started
     * when an earlier process ended come last and alone, so that the guilty one shows.
     */
    List<Outcome> start(List<Candidate> candidates) {
        var suspects = candidates.stream().filter(c -> ends(c) > 0).toList();
        var outcomes = new ArrayList<Outcome>();
        var watched = new ArrayList<Watchdog<RunningPlugin>>();
        for (Candidate candidate : candidates) {
            if (!suspects.contains(candidate)) {
                watched.add(begin(candidate));
            }
        }
        int next = 0;
        for (Candidate candidate : candidates) {
            if (!suspects.contains(candidate)) {
                outcomes.add(end(candidate, watched.get(next++)));
            } else {
                outcomes.add(new Outcome.Refused(PluginStatus.QUARANTINED, ""));
            }
        }
        for (Candidate suspect : suspects) {
            outcomes.set(candidates.indexOf(suspect), startSuspect(suspect));
        }
        return outcomes;
    }

    private Outcome startSuspect(Candidate suspect) {
        if (ends(suspect) >= ENDS_TO_QUARANTINE) {
            suspect.copy().delete();
            return new Outcome.Refused(
                    PluginStatus.QUARANTINED,
                    "The process ended " + ends(suspect) + " times while this plugin was being started. Replace the"
                            + " jar, or delete " + marker(suspect) + " to try again");
        }
        return end(suspect, begin(suspect));
    }

    private Watchdog<RunningPlugin> begin(Candidate candidate) {
        try {
            Files.writeString(marker(candidate), Integer.toString(ends(candidate) + 1));
        } catch (IOException e) {
            log.atWarn().addKeyValue("file", marker(candidate)).setCause(e).log("Start of a plugin not noted");
        }
        return Watchdog.start(
                candidate.facts().id() + "-start",
                () -> RunningPlugin.start(candidate.copy(), candidate.facts(), settings));
    }

    private Outcome end(Candidate candidate, Watchdog<RunningPlugin> start) {
        Watchdog.End<RunningPlugin> end = start.await(settings.startDeadline());
        try {
            Files.deleteIfExists(marker(candidate));
        } catch (IOException e) {
            log.atWarn().addKeyValue("file", marker(candidate)).setCause(e).log("Note of a plugin's start not removed");
        }
        return switch (end) {
            case Watchdog.Done(var plugin) -> new Outcome.Started(plugin);
            case Watchdog.Threw(var thrown) -> {
                candidate.copy().delete();
                yield thrown instanceof PluginRefusedException refused
                        ? new Outcome.Refused(refused.status(), String.valueOf(refused.getMessage()))
                        : new Outcome.Refused(PluginStatus.FAILED, "It did not start: " + thrown);
            }
            case Watchdog.Hung(var where) ->
                new Outcome.Refused(
                        PluginStatus.HANGING,
                        "It did not start within " + settings.startDeadline().toMillis() + " ms; it was seen in "
                                + where);
        };
    }

    private Path marker(Candidate candidate) {
        return markers.resolve(candidate.copy().sha256());
    }

    private int ends(Candidate candidate) {
        try {
            return Files.exists(marker(candidate))
                    ? Integer.parseInt(Files.readString(marker(candidate)).strip())
                    : 0;
        } catch (IOException | NumberFormatException _) {
            return 1;
        }
    }
}
