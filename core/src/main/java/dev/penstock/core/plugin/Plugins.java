package dev.penstock.core.plugin;

import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.event.Fact;
import dev.penstock.pluginhost.CallTiming;
import dev.penstock.pluginhost.InstalledPlugin;
import dev.penstock.pluginhost.PluginHost;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people and agents ask about plugins. Thread-safe. */
public final class Plugins {
    private static final Logger log = LoggerFactory.getLogger(Plugins.class);
    private static final String NOBODY = "server";

    private final PluginHost host;
    private final Database database;
    private final EventStore events;

    Plugins(PluginHost host, Database database, EventStore events) {
        this.host = host;
        this.database = database;
        this.events = events;
    }

    /** Every jar of the folders with what became of it. */
    public List<InstalledPlugin> all() {
        return host.plugins();
    }

    /** A plugin by its id, or the file name where the jar does not say one. When jars share an id, the one in use. */
    public InstalledPlugin one(String id) {
        List<InstalledPlugin> found =
                all().stream().filter(plugin -> plugin.id().equals(id)).toList();
        return found.stream()
                .filter(plugin ->
                        !plugin.sha256().isEmpty() && host.jar(plugin.sha256()).isPresent())
                .findFirst()
                .or(() -> found.stream().findFirst())
                .orElseThrow(() -> new PenstockException(ErrorCode.NOT_FOUND, "There is no plugin \"" + id + "\""));
    }

    /** How the calls into a running plugin went; empty for one that does not run. */
    public List<CallTiming> timings(String id) {
        return host.timings().getOrDefault(id, List.of());
    }

    /** Whether a running plugin is not called for now, because it failed several times in a row. */
    public boolean isInterrupted(String id) {
        return host.interrupted().contains(id);
    }

    /** Looks at the folders at once, because somebody asked for it. */
    public List<InstalledPlugin> rescan(String by) {
        List<InstalledPlugin> before = host.plugins();
        List<InstalledPlugin> after = host.rescan();
        record(before, after, by, true);
        return after;
    }

    /** Looks at the folders because their files have changed. */
    void rescan() {
        record(host.plugins(), host.rescan(), NOBODY, false);
    }

    /**
     * The jar of a running plugin, for an agent.
     *
     * @throws PenstockException if no running plugin has that hash, or the file was damaged since it was loaded
     */
    public Path jar(String sha256) {
        Path jar = host.jar(sha256)
                .orElseThrow(() -> new PenstockException(
                        ErrorCode.NOT_FOUND, "No running plugin has the SHA-256 \"" + sha256 + "\""));
        try {
            if (sha256(jar).equals(sha256)) {
                return jar;
            }
            log.atError().addKeyValue("jar", jar).log("The copy of a plugin was changed");
        } catch (IOException e) {
            log.atError().addKeyValue("jar", jar).setCause(e).log("The copy of a plugin cannot be read");
        }
        throw new PenstockException(
                ErrorCode.UNAVAILABLE, "The server's copy of plugin " + sha256 + " is damaged; restart the server");
    }

    private void record(List<InstalledPlugin> before, List<InstalledPlugin> after, String by, boolean asked) {
        List<Fact> facts = new ArrayList<>();
        for (InstalledPlugin plugin : after) {
            if (!before.contains(plugin)) {
                facts.add(fact(plugin, plugin.status().name()));
            }
        }
        for (InstalledPlugin plugin : before) {
            if (same(after, plugin).isEmpty()) {
                facts.add(fact(plugin, "REMOVED"));
            }
        }
        if (facts.isEmpty() && !asked) {
            return;
        }
        database.useTransaction(tx -> {
            AuditStore.record(
                    tx,
                    by,
                    "plugins.rescan",
                    "plugins",
                    Map.of("changes", facts.stream().map(Fact::body).toList()));
            events.appendAll(tx, facts);
        });
    }

    private static Optional<InstalledPlugin> same(List<InstalledPlugin> among, InstalledPlugin plugin) {
        return among.stream()
                .filter(other -> other.fileName().equals(plugin.fileName()) && other.kind() == plugin.kind())
                .findFirst();
    }

    private static Fact fact(InstalledPlugin plugin, String state) {
        return new Fact(
                "plugin/" + plugin.id(),
                "plugin.changed",
                Map.of(
                        "id", plugin.id(),
                        "version", plugin.version(),
                        "file", plugin.fileName(),
                        "sha256", plugin.sha256(),
                        "state", state,
                        "reason", plugin.reason()));
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                var digest = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
            digest.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
