package dev.penstock.core.console;

import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.run.ConsoleSink;
import dev.penstock.core.run.HeldAttempts;
import dev.penstock.core.run.JobSecrets;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * The parts of this feature that others use.
 *
 * @param sink where the consoles of attempts go
 */
public record ConsoleFeature(ConsoleSink sink, List<Resource> resources, List<Worker> workers) {
    /** One notification for all consoles that grew in this time: commits that notify wait for each other. */
    private static final Duration SIGNAL = Duration.ofMillis(250);

    private static final Duration PACK = Duration.ofSeconds(10);

    /** Often enough that a disk that fills is noticed before it is full. */
    private static final Duration RETENTION = Duration.ofSeconds(10);

    /**
     * What the feature needs from others.
     *
     * @param folder where consoles are kept; nothing else is in it
     */
    public record Needs(
            Database database,
            HeldAttempts held,
            JobSecrets secrets,
            Signals signals,
            InstantSource clock,
            Path folder,
            ConsoleLimits limits) {}

    /** @throws IOException when the folder cannot be made */
    public static ConsoleFeature create(Needs needs) throws IOException {
        var bytes = new ConsoleFolder(needs.folder(), needs.clock().instant());
        var space = new FreeSpace(needs.folder());
        var hub = new ConsoleHub();
        var consoles = new Consoles(
                needs.database(),
                bytes,
                hub,
                new SecretNet(needs.secrets()),
                space,
                needs.limits().maxBytes());
        var packer = new ConsolePacker(needs.database(), bytes, ConsolePacker.GRACE);
        var retention = new ConsoleRetention(
                needs.database(), bytes, space, needs.limits().rules(), needs.clock());
        var news = new ConsoleNews(needs.database(), needs.signals(), hub);
        needs.signals().listen(Channel.CONSOLE, news::heard);
        return new ConsoleFeature(
                consoles,
                List.of(
                        new AgentConsoleResource(consoles, needs.held()),
                        new ConsoleResource(consoles),
                        new ConsoleStreamResource(consoles)),
                List.of(
                        new Worker("console-packer", PACK, packer::step),
                        new Worker("console-retention", RETENTION, retention::step),
                        new Worker("console-signal", SIGNAL, news::tell)));
    }
}
