package dev.penstock.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.platform.db.EmbeddedPostgres;
import dev.penstock.demo.Api;
import dev.penstock.demo.Archives;
import dev.penstock.demo.Program;
import dev.penstock.demo.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The server from its archive as its user runs it, real agents, and a PostgreSQL beside it whose settings are those of the
 * embedded one, so that the floor and made-up histories can live in the same one.
 */
final class TestBed implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofMinutes(2);

    private final Path folder;
    private final EmbeddedPostgres postgres;
    private final Path repository;
    private final List<Program> agents = new ArrayList<>();
    private final int port;
    private final Api api;
    private Program server;
    private String registrationKey = "";

    TestBed(Path folder, Map<String, String> settings) throws IOException, InterruptedException {
        this.folder = Files.createDirectories(folder);
        this.postgres = EmbeddedPostgres.start(folder.resolve("postgres"));
        this.repository = Repositories.create(folder.resolve("repositories"), "trivial");
        this.port = freePort();
        this.api = new Api("http://127.0.0.1:" + port);
        this.server = Program.start(
                "penstock-server", Archives.folder("server"), folder.resolve("server"), settings(settings), Map.of());
        awaitReady();
    }

    private String settings(Map<String, String> more) throws IOException {
        Path password = folder.resolve("password");
        Files.writeString(password, postgres.password());
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        var text = new StringBuilder()
                .append("http.port = " + port + "\n")
                .append("database.url = " + postgres.url() + "\n")
                .append("database.user = " + postgres.user() + "\n")
                .append("database.password-file = " + password + "\n")
                .append("materials.local-folders = " + folder.resolve("repositories") + "\n");
        // The server is measured, and not its limits: all simulated clients are one address.
        for (String limit :
                List.of("http.requests-per-second", "http.requests-at-once", "agents.requests-per-second")) {
            text.append(limit + " = 0\n");
        }
        more.forEach((key, value) -> text.append(key + " = " + value + "\n"));
        return text.toString();
    }

    private void awaitReady() throws IOException, InterruptedException {
        Ready.await(server, api);
    }

    /** Ends the server and starts it again on the same database; returns the seconds until its first 200. */
    double restart() throws IOException, InterruptedException {
        server.close();
        long begin = System.nanoTime();
        server.startAgain();
        awaitReady();
        return ProcessFacts.secondsSince(begin);
    }

    Api api() {
        return api;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    int port() {
        return port;
    }

    long serverPid() {
        return server.process().pid();
    }

    List<Program> agents() {
        return List.copyOf(agents);
    }

    Path repository() {
        return repository;
    }

    Path folder() {
        return folder;
    }

    /** A connection of the server's own user. */
    Connection connect() throws SQLException, IOException {
        return DriverManager.getConnection(postgres.url(), postgres.user(), postgres.password());
    }

    /** The JDBC address with the user and password in it, for the floor. */
    String floorUrl() throws IOException {
        return postgres.url() + "?user=" + postgres.user() + "&password=" + postgres.password();
    }

    /** All processes of PostgreSQL. */
    List<Long> postgresPids() {
        return postgres.process().stream()
                .flatMap(process ->
                        java.util.stream.Stream.concat(java.util.stream.Stream.of(process), process.descendants()))
                .map(ProcessHandle::pid)
                .toList();
    }

    /** A key with which agents are enabled at once. */
    String registrationKey() throws IOException, InterruptedException {
        if (registrationKey.isEmpty()) {
            JsonNode made = api.post(
                    "/api/v1/agent-registration-keys",
                    "{\"description\":\"bench\",\"resources\":[],\"environments\":[],\"expires_in_seconds\":86400}");
            registrationKey = made.get("key").asText();
        }
        return registrationKey;
    }

    /** Starts real agents, and waits until all of them wait for work. */
    void startAgents(int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            String name = "bench" + (agents.size() + 1);
            agents.add(Program.start(
                    "penstock-agent",
                    Archives.folder("agent"),
                    folder.resolve(name),
                    "server.url = " + url() + "\nagent.name = " + name + "\nagent.auto-register-key = "
                            + registrationKey() + "\n",
                    Map.of()));
        }
        Waiting.until(
                agents.size() + " agents are enabled",
                DEADLINE,
                () -> api.get("/api/v1/agents?state=ENABLED&limit=200")
                                .get("items")
                                .size()
                        >= agents.size());
    }

    /** A pipeline of one job that runs a line of shell and fetches nothing. */
    void createPipeline(String name, String shellLine) throws IOException, InterruptedException {
        createPipeline(name, shellLine, List.of());
    }

    /** As {@link #createPipeline(String, String)}, for agents that have some resources. */
    void createPipeline(String name, String shellLine, List<String> resources)
            throws IOException, InterruptedException {
        var definition =
                SimulatedAgent.JSON.createObjectNode().put("name", name).put("group", "bench");
        var material = definition.putArray("materials").addObject().put("type", "git");
        material.putObject("options").put("url", repository.toString()).put("branch", "main");
        var stage =
                definition.putArray("stages").addObject().put("name", "work").put("fetch_materials", false);
        stage.putObject("approval").put("type", "manual");
        var job = stage.putArray("jobs").addObject().put("name", "job");
        resources.forEach(job.putArray("resources")::add);
        var task = job.putArray("tasks").addObject().put("type", "exec");
        var options = task.putObject("options").put("command", "sh");
        options.putArray("arguments").add("-c").add(shellLine);
        api.post("/api/v1/pipelines", definition.toString());
        awaitRevision(name);
    }

    private void awaitRevision(String pipeline) throws IOException, InterruptedException {
        // The first run needs a revision, which the first look at the material brings.
        Waiting.until("pipeline \"" + pipeline + "\" has run once", DEADLINE, () -> {
            try {
                trigger(pipeline);
            } catch (IOException _) {
                return false;
            }
            return true;
        });
    }

    /** Starts a run and returns its counter; 0 when it has to wait. */
    long trigger(String pipeline) throws IOException, InterruptedException {
        JsonNode answer = api.post("/api/v1/pipelines/" + pipeline + "/triggers", "{}");
        JsonNode run = answer.path("run").path("counter");
        return run.isMissingNode() ? 0 : run.asLong();
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        agents.forEach(Program::close);
        server.close();
        postgres.close();
    }
}
