package dev.penstock.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.penstock.demo.Machines.Machine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The main job of Penstock, on real parts: a git server with a web application, a server and two agents from their
 * archives, the guide's pipeline made through the REST API, and a commit that both machines serve in the end.
 */
public final class Demo {
    private static final String USAGE = """
            demo [--exit-when-green] [--port N]

              --exit-when-green   end by itself: with 0 when both machines were seen serving the committed version
              --port N            the server's port; 8153 when it is free, else a free one
            """;

    private static final String PIPELINE = "springboard";
    private static final String USER = "deployer";
    private static final String PASSWORD = "only-for-the-demo";
    private static final int STANDARD_PORT = 8153;

    /** The first start unpacks PostgreSQL; a loaded machine takes its time. */
    private static final Duration START = Duration.ofMinutes(2);

    /** A first Maven build fetches its plugins. */
    private static final Duration RUN = Duration.ofMinutes(10);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final boolean exitWhenGreen;
    private final int port;
    private final Path folder;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private Demo(boolean exitWhenGreen, int port, Path folder) {
        this.exitWhenGreen = exitWhenGreen;
        this.port = port;
        this.folder = folder;
    }

    /** Runs the demo from the root of the project, where the archives were built. */
    public static void main(String[] arguments) throws Exception {
        boolean exitWhenGreen = false;
        int port = Machines.isFree(STANDARD_PORT) ? STANDARD_PORT : Machines.freePort();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--exit-when-green" -> exitWhenGreen = true;
                case "--port" -> port = Integer.parseInt(arguments[++i]);
                default -> {
                    System.err.print(USAGE);
                    System.exit(2);
                }
            }
        }
        var demo = new Demo(exitWhenGreen, port, Files.createTempDirectory("penstock-demo"));
        Runtime.getRuntime().addShutdownHook(new Thread(demo::close));
        int status = 1;
        try {
            demo.run();
            status = 0;
            demo.close();
            Folders.delete(demo.folder);
        } catch (Exception e) {
            say("");
            say("The demo failed: " + e.getMessage());
            say("Logs: " + demo.folder.resolve("server/logs") + ", " + demo.folder.resolve("was1/penstock-agent/logs"));
        }
        System.exit(status);
    }

    private void run() throws Exception {
        Path served = folder.resolve("git");
        var repository = new SampleRepository(served, PIPELINE + ".git", folder.resolve("developer"));
        var git = opened(new GitHttpServer(served, USER, PASSWORD));
        say("A git server with a web application: " + git.url(PIPELINE + ".git") + "  (user " + USER + ")");

        Api api = startServer();
        Machines machines = startMachines(api);
        createPipeline(api, git.url(PIPELINE + ".git"));

        String version = "2";
        String revision = repository.release(version);
        say("Committed version " + version + " (" + revision.substring(0, 10)
                + "); the server looks at its material ...");
        say("");
        var runs = new RunFollower(api, PIPELINE, RUN);
        String result = runs.follow(revision);
        say("");
        if (!result.equals("PASSED")) {
            throw new IllegalStateException("The run of revision " + revision + " ended as " + result);
        }
        requireServed(machines, version);
        if (!exitWhenGreen) {
            stayUp(git, machines);
        }
    }

    private Api startServer() throws IOException, InterruptedException {
        Program server = opened(Program.start(
                "penstock-server",
                Archives.folder("server"),
                folder.resolve("server"),
                "http.port = " + port + "\nmaterials.poll-seconds = 5\n",
                Map.of()));
        var api = new Api("http://127.0.0.1:" + port);
        Waiting.until("the server is ready", START, () -> {
            requireAlive(server, "The server");
            return api.isReady();
        });
        say("A server: " + url() + "  (database, plugins and API are ready)");
        return api;
    }

    private Machines startMachines(Api api) throws IOException, InterruptedException {
        Path tools = Machines.antProgram(folder.resolve("tools"));
        Machines machines = opened(new Machines(Archives.folder("agent"), folder, url(), tools, 2));
        List<String> pending = new ArrayList<>();
        Waiting.until("both agents have registered", START, () -> {
            machines.all().forEach(machine -> requireAlive(machine.agent(), "The agent of " + machine.name()));
            pending.clear();
            api.get("/api/v1/agents?state=PENDING")
                    .get("items")
                    .forEach(agent -> pending.add(agent.get("id").asText()));
            return pending.size() == machines.all().size();
        });
        var change = JSON.createObjectNode().put("state", "ENABLED");
        change.set("ids", JSON.valueToTree(pending));
        change.set("resources", JSON.valueToTree(Map.of("add", List.of("deploy"))));
        api.patch("/api/v1/agents", change.toString());
        say("Two machines with an agent each: was1, was2  (enabled, resource \"deploy\")");
        return machines;
    }

    private static void createPipeline(Api api, String repositoryUrl) throws IOException, InterruptedException {
        var options = Map.of("url", repositoryUrl, "branch", "main", "username", USER, "password", PASSWORD);
        api.post(
                "/api/v1/materials/test-connection",
                JSON.writeValueAsString(Map.of("type", "git", "options", options)));
        say("Test connection: the server can read the repository");
        String yaml = resource("/demo/pipeline.yaml")
                .replace("REPOSITORY_URL", repositoryUrl)
                .replace("REPOSITORY_USER", USER)
                .replace("REPOSITORY_PASSWORD", PASSWORD)
                .replace("JAVA_FOLDER", System.getProperty("java.home"));
        api.postYaml("/api/v1/pipelines", yaml);
        say("Pipeline \"" + PIPELINE
                + "\": stage maven (clean, package) and stage ant (deploy), on all agents with \"deploy\"");
    }

    private void requireServed(Machines machines, String version) throws IOException, InterruptedException {
        for (Machine machine : machines.all()) {
            Optional<String> page = machines.page(machine);
            if (page.isEmpty() || !page.get().equals("springboard version " + version)) {
                throw new IllegalStateException(machine.name() + " does not serve version " + version + ": "
                        + page.orElse("no answer at " + machine.url()));
            }
            say(machine.name() + " serves at " + machine.url() + "  ->  " + page.get());
        }
    }

    private void stayUp(GitHttpServer git, Machines machines) throws InterruptedException {
        say("");
        say("Open   " + url() + "/api/v1/dashboard");
        say("       " + url() + "/api/v1/pipelines/" + PIPELINE + "/runs");
        machines.all().forEach(machine -> say("       " + machine.url() + "   (" + machine.name() + ")"));
        say("Try    cd " + folder.resolve("developer") + " && echo 3 > src/main/resources/version.txt"
                + " && git commit -am 'Version 3' && git push origin main");
        say("       and watch both machines serve it. The repository: " + git.url(PIPELINE + ".git"));
        say("Ctrl-C stops everything.");
        new CountDownLatch(1).await();
    }

    private String url() {
        return "http://127.0.0.1:" + port;
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    /** Ends what was started, newest first. */
    private void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                say("Could not be ended: " + e.getMessage());
            }
        }
    }

    private static void requireAlive(Program program, String what) {
        if (!program.process().isAlive()) {
            throw new IllegalStateException(what + " has ended. It said:\n" + program.said());
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Demo.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("The demo lacks its file " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static void say(String line) {
        System.out.println(line);
    }
}
