package dev.penstock.core.app;

import dev.penstock.core.http.Contract;
import dev.penstock.core.http.ContractFiles;
import dev.penstock.core.http.HttpServer;
import dev.penstock.core.http.HttpSettings;
import dev.penstock.core.http.RequestLimits;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.plugin.PluginFeature;
import dev.penstock.pluginhost.HostSettings;
import dev.penstock.pluginhost.PluginFolder;
import dev.penstock.pluginhost.PluginKind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * What needs no database, and is made ready while the database starts: the port, the plugins, what writes JSON. A port
 * that is taken ends the start.
 */
final class Prepared implements AutoCloseable {
    private final HttpServer http;
    private final FutureTask<PluginFeature.Opened> plugins;
    /** Half of the requests have nothing to compare with it, and the first ones of a start least of all. */
    private final FutureTask<Contract> contract = new FutureTask<>(ContractFiles::load);

    private Prepared(HttpServer http, FutureTask<PluginFeature.Opened> plugins) {
        this.http = http;
        this.plugins = plugins;
    }

    /**
     * Begins.
     *
     * @param data the folder of everything that must be kept; it exists
     * @throws IOException if the port cannot be had, with what to do
     */
    static Prepared begin(Settings settings, Path data, InstantSource clock) throws IOException {
        var plugins = new FutureTask<>(() -> plugins(settings, data, clock));
        Thread.ofPlatform().name("plugins-start").start(plugins);
        Thread.ofPlatform().name("json-start").daemon().start(() -> Json.write(List.of()));
        var prepared = new Prepared(new HttpServer(httpSettings(settings)), plugins);
        try {
            prepared.http.open();
            return prepared;
        } catch (IOException e) {
            prepared.close();
            throw e;
        }
    }

    private static PluginFeature.Opened plugins(Settings settings, Path data, InstantSource clock) throws IOException {
        var folders = List.of(
                new PluginFolder(settings.path(Setting.PLUGINS_BUNDLED_DIRECTORY), PluginKind.BUNDLED),
                new PluginFolder(settings.path(Setting.PLUGINS_EXTERNAL_DIRECTORY), PluginKind.EXTERNAL));
        Path work = Files.createDirectories(data.resolve("plugins"));
        return PluginFeature.open(folders, HostSettings.standard(work, clock));
    }

    private static HttpSettings httpSettings(Settings settings) {
        String site = settings.text(Setting.SITE_URL);
        return new HttpSettings(
                settings.text(Setting.HTTP_HOST),
                settings.wholeNumber(Setting.HTTP_PORT),
                site.isEmpty() ? null : URI.create(site),
                new RequestLimits(
                        settings.wholeNumber(Setting.HTTP_REQUESTS_PER_SECOND),
                        settings.wholeNumber(Setting.HTTP_REQUESTS_AT_ONCE),
                        settings.wholeNumber(Setting.AGENTS_REQUESTS_PER_SECOND)));
    }

    HttpServer http() {
        return http;
    }

    /** Waits until all plugins have started. */
    PluginFeature.Opened plugins() throws IOException {
        try {
            return plugins.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException("The plugins could not be started", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the plugins started", e);
        }
    }

    /** Reads the contract at the first call. */
    Contract contract() {
        contract.run();
        try {
            return contract.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The contract of the API cannot be read", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the contract of the API was read", e);
        }
    }

    /** For a start that has failed; a server that runs closes what it has taken over itself. */
    @Override
    public void close() {
        http.close();
        try {
            plugins().close();
        } catch (IOException e) {
            // There are none.
        }
    }
}
