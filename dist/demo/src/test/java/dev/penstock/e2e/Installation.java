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
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A server with its embedded database and agents, all from the archives, that can be hurt. */
final class Installation implements AutoCloseable {
    /** F-1: after a kill the server is ready again within 15 s; a loaded machine gets twice that. */
    static final Duration READY = Duration.ofSeconds(30);

    static final Duration SOON = Duration.ofMinutes(2);

    private final Path folder;
    private final Map<String, String> environment;
    private final int port;
    private final Api api;
    private final Program server;
    private final List<Program> agents = new ArrayList<>();
    private final NetworkCut network;
    private final Path repositories;

    Installation() throws IOException, InterruptedException {
        this(Files.createTempDirectory("penstock-e2e"), "", Map.of());
    }

    /**
     * @param settings of the server, besides those that tests need
     * @param environment of all processes
     */
    Installation(Path folder, String settings, Map<String, String> environment)
            throws IOException, InterruptedException {
        this.folder = folder;
        this.environment = Map.copyOf(environment);
        repositories = Files.createDirectories(folder.resolve("repositories"));
        port = freePort();
        api = new Api("http://127.0.0.1:" + port);
        server = Program.start(
                "penstock-server",
                Archives.folder("server"),
                folder.resolve("server"),
                "http.port = " + port + "\nmaterials.local-folders = " + repositories + "\nmaterials.poll-seconds = 2\n"
                        + settings,
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

    int port() {
        return port;
    }

    /**
     * The settings of another server on the same database. It has a data folder of its own, with the same key,
     * and the consoles and artifacts of this one.
     */
    String settingsOfAnother(int otherPort) throws IOException {
        Path data = folder.resolve("server/data");
        Path other = Files.createDirectories(folder.resolve("second-data"));
        Files.copy(data.resolve("master.key"), other.resolve("master.key"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String shared : List.of("consoles", "artifacts")) {
            Files.createSymbolicLink(other.resolve(shared), data.resolve(shared));
        }
        Path password = Files.writeString(
                Files.createFile(
                        folder.resolve("password"),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))),
                Files.readString(found(data, "password")));
        List<String> lines = Files.readAllLines(found(data, "postmaster.pid"));
        return "http.port = " + otherPort + "\nmaterials.local-folders = " + repositories
                + "\nmaterials.poll-seconds = 2\ndata.directory = " + other
                + "\ndatabase.url = jdbc:postgresql://127.0.0.1:" + lines.get(3).strip()
                + "/penstock\ndatabase.user = penstock\ndatabase.password-file = " + password + "\n";
    }

    private static Path found(Path folder, String name) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IOException("There is no " + name + " in " + folder));
        }
    }

    Path repositories() {
        return repositories;
    }

    /** Agents that reach the server through {@link #network()}. */
    void startAgents(int count) throws IOException, InterruptedException {
        startAgents(Collections.nCopies(count, network));
    }

    /** An agent for each network, by which it reaches its server. */
    void startAgents(List<NetworkCut> networks) throws IOException, InterruptedException {
        int count = networks.size();
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
                    "server.url = " + networks.get(i - 1).url() + "\nagent.name = " + name
                            + "\nagent.auto-register-key = " + key + "\nmaterials.local-folders = " + repositories
                            + "\n",
                    environment));
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
        long pid = Long.parseLong(Files.readAllLines(found(folder.resolve("server/data"), "postmaster.pid"))
                .getFirst()
                .strip());
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
