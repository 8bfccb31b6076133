package dev.penstock.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.demo.Api;
import dev.penstock.demo.Archives;
import dev.penstock.demo.Folders;
import dev.penstock.demo.Program;
import dev.penstock.demo.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A server with its embedded database and agents, all from the archives, that can be hurt. */
final class Installation implements AutoCloseable {
    /** F-1: after a kill the server is ready again within 15 s; a loaded machine gets twice that. */
    static final Duration READY = Duration.ofSeconds(30);

    static final Duration SOON = Duration.ofMinutes(2);

    private final Path folder;
    private final int port;
    private final Api api;
    private final Program server;
    private final List<Program> agents = new ArrayList<>();
    private final NetworkCut network;
    private final Path repositories;

    Installation() throws IOException, InterruptedException {
        this(Files.createTempDirectory("penstock-e2e"), Map.of());
    }

    /** @param environment of the server */
    Installation(Path folder, Map<String, String> environment) throws IOException, InterruptedException {
        this.folder = folder;
        repositories = Files.createDirectories(folder.resolve("repositories"));
        port = freePort();
        api = new Api("http://127.0.0.1:" + port);
        server = Program.start(
                "penstock-server",
                Archives.folder("server"),
                folder.resolve("server"),
                "http.port = " + port + "\nmaterials.local-folders = " + repositories
                        + "\nmaterials.poll-seconds = 2\n",
                environment);
        network = new NetworkCut(port);
        awaitReady();
    }

    Api api() {
        return api;
    }

    Program server() {
        return server;
    }

    List<Program> agents() {
        return List.copyOf(agents);
    }

    NetworkCut network() {
        return network;
    }

    Path folder() {
        return folder;
    }

    Path repositories() {
        return repositories;
    }

    /** Agents that reach the server through {@link #network()}. */
    void startAgents(int count) throws IOException, InterruptedException {
        String key = api.post(
                        "/api/v1/agent-registration-keys",
                        "{\"description\":\"tests\",\"resources\":[],\"environments\":[],\"expires_in_seconds\":86400}")
                .get("key")
                .asText();
        for (int i = 1; i <= count; i++) {
            String name = "agent" + i;
            agents.add(Program.start(
                    "penstock-agent",
                    Archives.folder("agent"),
                    folder.resolve(name),
                    "server.url = " + network.url() + "\nagent.name = " + name + "\nagent.auto-register-key = " + key
                            + "\nmaterials.local-folders = " + repositories + "\n",
                    Map.of()));
        }
        Waiting.until(count + " agents are enabled", SOON, () -> {
            JsonNode enabled = api.get("/api/v1/agents?state=ENABLED").get("items");
            return enabled.size() == count;
        });
    }

    /** Ends the server as a power cut would, and its database as well when asked; it must start again the first time. */
    void killServer() throws IOException, InterruptedException {
        server.kill();
        startServerAgain();
    }

    void startServerAgain() throws IOException, InterruptedException {
        server.startAgain();
        awaitReady();
    }

    /** Until the API answers 200; that the process ends instead fails at once. */
    void awaitReady() throws IOException, InterruptedException {
        Waiting.until("the server is ready", READY, () -> {
            if (!server.process().isAlive()) {
                throw new IllegalStateException("The server has ended. It said:\n" + server.said());
            }
            return api.isReady();
        });
    }

    /** The embedded database's first process, as the server knows it. */
    ProcessHandle postgres() throws IOException {
        Path pidFile;
        try (var files = Files.walk(folder.resolve("server/data"))) {
            pidFile = files.filter(file -> file.getFileName().toString().equals("postmaster.pid"))
                    .findFirst()
                    .orElseThrow();
        }
        long pid = Long.parseLong(Files.readAllLines(pidFile).getFirst().strip());
        return ProcessHandle.of(pid).orElseThrow();
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        agents.forEach(Program::close);
        server.close();
        network.close();
        if (System.getenv("PENSTOCK_KEEP") == null) {
            Folders.delete(folder);
        }
    }
}
