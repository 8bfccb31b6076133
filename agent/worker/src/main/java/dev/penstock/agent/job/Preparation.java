package dev.penstock.agent.job;

import dev.penstock.agent.console.JobConsole;
import dev.penstock.agent.plugin.Plugins;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobAssignment.MaterialCheckout;
import dev.penstock.agent.protocol.JobReport.Reason;
import dev.penstock.agent.server.JobServer;
import dev.penstock.agent.server.ServerException;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.pluginhost.DescribedValues;
import dev.penstock.pluginhost.MaterialHandle;
import dev.penstock.pluginhost.PluginCallException;
import dev.penstock.pluginhost.PluginRefusedException;
import dev.penstock.pluginhost.PluginSet;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What happens before the first task: working directory, plugins, materials, variables. */
final class Preparation {
    private final Place place;
    private final JobAssignment job;
    private final JobConsole console;
    private final Plugins plugins;

    Preparation(Place place, JobAssignment job, JobConsole console, Plugins plugins) {
        this.place = place;
        this.job = job;
        this.console = console;
        this.plugins = plugins;
    }

    /** The plugins of the job; null when it needs none. */
    @Nullable
    PluginSet plugins(JobServer server, Persistence persistence) throws Failure, InterruptedException {
        if (job.plugins().isEmpty()) {
            return null;
        }
        try {
            return plugins.require(job.plugins(), (sha256, file) -> {
                try {
                    persistence.persist("The download of a plugin", () -> {
                        try (OutputStream out = Files.newOutputStream(file)) {
                            server.plugin(sha256, out);
                        }
                        return Boolean.TRUE;
                    });
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("The job was stopped", e);
                }
            });
        } catch (PluginRefusedException | ServerException.Refused e) {
            throw new Failure(Reason.PLUGIN_FAILED, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw new Failure(Reason.PLUGIN_FAILED, "A plugin of the job cannot be had: " + e.getMessage(), e);
        }
    }

    /** Brings the materials to their revisions, in their order. */
    void checkOut(Workspace workspace, @Nullable PluginSet plugins) throws Failure, InterruptedException {
        for (MaterialCheckout material : job.materials()) {
            console.note("Bringing " + material.displayName() + " to " + material.revision()
                    + (material.destination().isEmpty() ? "" : " in " + material.destination()));
            try {
                checkOut(material, handle(material, plugins), workspace.folder(material.destination()));
            } catch (MaterialException | PluginCallException e) {
                throw new Failure(
                        Reason.MATERIAL_FAILED,
                        material.displayName() + " cannot be checked out: " + e.getMessage(),
                        e);
            } catch (IOException e) {
                throw new Failure(
                        Reason.MATERIAL_FAILED,
                        "The folder of " + material.displayName() + " cannot be used: " + e.getMessage(),
                        e);
            }
        }
    }

    private void checkOut(MaterialCheckout material, MaterialHandle handle, Path directory)
            throws Failure, MaterialException, InterruptedException {
        DescribedValues.Reading reading = handle.read(material.options());
        if (!reading.violations().isEmpty()) {
            throw new Failure(
                    Reason.MATERIAL_FAILED,
                    "The options of " + material.displayName() + " do not fit plugin " + handle.plugin() + ": "
                            + reading.violations().stream()
                                    .map(violation -> violation.path() + ": " + violation.message())
                                    .collect(Collectors.joining("; ")));
        }
        var context = new AgentCheckout(place, directory, console, cacheName(material));
        handle.checkout(context, reading.values(), material.revision());
    }

    private static MaterialHandle handle(MaterialCheckout material, @Nullable PluginSet plugins) throws Failure {
        return Optional.ofNullable(plugins)
                .flatMap(set -> set.materialType(material.type()))
                .orElseThrow(() -> new Failure(
                        Reason.PLUGIN_FAILED,
                        "The server gave no plugin for materials of type \"" + material.type() + "\""));
    }

    private static String cacheName(MaterialCheckout material) {
        var digest = Hashes.sha256();
        digest.update((material.type() + "\n" + material.displayName()).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    /** The job's variables, listed in the console. */
    JobEnvironment environment() throws Failure {
        JobEnvironment environment = JobEnvironment.of(place, job);
        environment.listing().forEach(console::note);
        return environment;
    }
}
