package dev.penstock.pluginhost;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jars of the plugin folders and what became of each. Used by one thread at a time. */
final class InstalledJars {
    private static final Logger log = LoggerFactory.getLogger(InstalledJars.class);

    private final List<PluginFolder> folders;
    private final Starter starter;
    private final InstantSource clock;
    private Map<Path, Slot> slots = new LinkedHashMap<>();

    /** By these two a changed file is noticed. */
    private record Stamp(long size, Instant modified) {}

    /** A file, what is known of it, and the plugin that runs from it or from the bytes that it had before. */
    private record Slot(
            Path file,
            Stamp stamp,
            InstalledPlugin listed,
            @Nullable RunningPlugin running) {
        boolean holdsItsId() {
            return switch (listed.status()) {
                case ACTIVE, FAILED, HANGING, QUARANTINED -> true;
                case UNREADABLE, INVALID, INCOMPATIBLE, DUPLICATE -> running != null;
            };
        }
    }

    /** A file that is to be started. */
    private record Fresh(Path file, PluginKind kind, Stamp stamp, Starter.Candidate candidate) {}

    InstalledJars(List<PluginFolder> folders, Starter starter, InstantSource clock) {
        this.folders = List.copyOf(folders);
        this.starter = starter;
        this.clock = clock;
    }

    /** Looks at every file, starts what is new or changed, and publishes what there is now. */
    PluginHost.Snapshot scan() {
        Map<Path, PluginKind> files = files();
        var next = new LinkedHashMap<Path, Slot>();
        var holders = new LinkedHashMap<String, Path>();
        var look = new ArrayList<Path>();
        for (Path file : files.keySet()) {
            Slot slot = slots.get(file);
            if (slot != null
                    && slot.stamp().equals(stamp(file))
                    && slot.listed().status() != PluginStatus.DUPLICATE) {
                next.put(file, slot);
                if (slot.holdsItsId()) {
                    holders.putIfAbsent(key(slot.listed().id()), file);
                }
            } else {
                look.add(file);
            }
        }
        var fresh = new ArrayList<Fresh>();
        for (Path file : look) {
            read(file, kind(files, file), next, holders, fresh);
        }
        List<Starter.Outcome> outcomes =
                starter.start(fresh.stream().map(Fresh::candidate).toList());
        for (int i = 0; i < fresh.size(); i++) {
            next.put(fresh.get(i).file(), started(fresh.get(i), outcomes.get(i)));
        }
        slots = new LinkedHashMap<>();
        files.keySet().forEach(file -> {
            Slot slot = next.get(file);
            if (slot != null) {
                slots.put(file, slot);
            }
        });
        return snapshot();
    }

    private void read(Path file, PluginKind kind, Map<Path, Slot> next, Map<String, Path> holders, List<Fresh> fresh) {
        Stamp stamp = stamp(file);
        try {
            Starter.Candidate candidate = starter.read(file);
            JarFacts facts = candidate.facts();
            Path holder = holders.putIfAbsent(key(facts.id()), file);
            if (holder != null && !holder.equals(file)) {
                candidate.copy().delete();
                var refused = new PluginRefusedException(
                        PluginStatus.DUPLICATE,
                        "Plugin \"" + facts.id() + "\" is already there as " + holder.getFileName()
                                + "; remove one of the two");
                next.put(file, refused(file, kind, stamp, candidate, refused));
            } else {
                fresh.add(new Fresh(file, kind, stamp, candidate));
            }
        } catch (PluginRefusedException e) {
            next.put(file, refused(file, kind, stamp, null, e));
        }
    }

    private Slot started(Fresh fresh, Starter.Outcome outcome) {
        return switch (outcome) {
            case Starter.Outcome.Started(var plugin) -> {
                log.atInfo()
                        .addKeyValue("plugin", plugin.ref())
                        .addKeyValue("file", fresh.file().getFileName())
                        .log("Plugin started");
                yield new Slot(
                        fresh.file(),
                        fresh.stamp(),
                        listed(fresh.file(), fresh.kind(), fresh.stamp(), fresh.candidate(), PluginStatus.ACTIVE, ""),
                        plugin);
            }
            case Starter.Outcome.Refused(var status, var reason) ->
                refused(
                        fresh.file(),
                        fresh.kind(),
                        fresh.stamp(),
                        fresh.candidate(),
                        new PluginRefusedException(status, reason));
        };
    }

    /** Lists a file that cannot be used; the plugin that ran from its former bytes goes on. */
    private Slot refused(
            Path file,
            PluginKind kind,
            Stamp stamp,
            Starter.@Nullable Candidate candidate,
            PluginRefusedException why) {
        String reason = String.valueOf(why.getMessage());
        log.atWarn()
                .addKeyValue("file", file.getFileName())
                .addKeyValue("status", why.status())
                .addKeyValue("reason", reason)
                .setCause(why.status() == PluginStatus.FAILED ? why.getCause() : null)
                .log("Plugin not used");
        Slot old = slots.get(file);
        if (old != null && old.running() != null) {
            InstalledPlugin was = old.listed();
            var kept = new InstalledPlugin(
                    was.id(),
                    was.version(),
                    was.provider(),
                    was.description(),
                    was.kind(),
                    was.fileName(),
                    was.sha256(),
                    was.size(),
                    PluginStatus.ACTIVE,
                    "Version " + was.version() + " still runs: the file was changed, and what it is now cannot be"
                            + " used. " + reason,
                    clock.instant(),
                    List.of(),
                    List.of());
            return new Slot(file, stamp, kept, old.running());
        }
        return new Slot(file, stamp, listed(file, kind, stamp, candidate, why.status(), reason), null);
    }

    private InstalledPlugin listed(
            Path file,
            PluginKind kind,
            Stamp stamp,
            Starter.@Nullable Candidate candidate,
            PluginStatus status,
            String reason) {
        String name = file.getFileName().toString();
        Slot old = slots.get(file);
        Instant since = old != null && old.stamp().equals(stamp) && old.listed().status() == status
                ? old.listed().since()
                : clock.instant();
        if (candidate == null) {
            return new InstalledPlugin(
                    name, "", "", "", kind, name, "", stamp.size(), status, reason, since, List.of(), List.of());
        }
        JarFacts facts = candidate.facts();
        return new InstalledPlugin(
                facts.id(),
                facts.version(),
                facts.provider(),
                facts.description(),
                kind,
                name,
                candidate.copy().sha256(),
                candidate.copy().size(),
                status,
                reason,
                since,
                List.of(),
                List.of());
    }

    private PluginHost.Snapshot snapshot() {
        var types = new TypeRegistry();
        var plugins = new ArrayList<InstalledPlugin>();
        var running = new LinkedHashMap<String, RunningPlugin>();
        for (Slot slot : slots.values()) {
            InstalledPlugin listed = slot.listed();
            RunningPlugin plugin = slot.running();
            if (plugin == null) {
                plugins.add(listed);
                continue;
            }
            running.put(listed.id(), plugin);
            var reasons = new ArrayList<>(types.add(plugin));
            if (!listed.reason().isEmpty()) {
                reasons.addFirst(listed.reason());
            }
            plugins.add(new InstalledPlugin(
                    listed.id(),
                    listed.version(),
                    listed.provider(),
                    listed.description(),
                    listed.kind(),
                    listed.fileName(),
                    listed.sha256(),
                    listed.size(),
                    listed.status(),
                    String.join(". ", reasons),
                    listed.since(),
                    types.taskIdsOf(plugin.ref()),
                    types.materialIdsOf(plugin.ref())));
        }
        return new PluginHost.Snapshot(List.copyOf(plugins), types, Map.copyOf(running));
    }

    private Map<Path, PluginKind> files() {
        var files = new LinkedHashMap<Path, PluginKind>();
        for (PluginFolder folder : folders) {
            if (Files.isDirectory(folder.path())) {
                try (Stream<Path> in = Files.list(folder.path())) {
                    in.filter(file -> file.getFileName()
                                    .toString()
                                    .toLowerCase(Locale.ROOT)
                                    .endsWith(".jar"))
                            .filter(Files::isRegularFile)
                            .sorted()
                            .forEach(file -> files.put(file, folder.kind()));
                } catch (IOException e) {
                    log.atWarn()
                            .addKeyValue("folder", folder.path())
                            .setCause(e)
                            .log("Plugin folder cannot be read");
                }
            }
        }
        return files;
    }

    private static PluginKind kind(Map<Path, PluginKind> files, Path file) {
        return files.getOrDefault(file, PluginKind.EXTERNAL);
    }

    private static Stamp stamp(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.size(), attributes.lastModifiedTime().toInstant());
        } catch (IOException _) {
            return new Stamp(0, Instant.EPOCH);
        }
    }

    private static String key(String id) {
        return id.toLowerCase(Locale.ROOT);
    }
}
