package dev.penstock.demo;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The machines that the sample is deployed to: folders of this one, each with its agent, its folder for the application and its port. */
final class Machines implements AutoCloseable {

    /** One machine. */
    record Machine(String name, Program agent, Path application, int port) {
        String url() {
            return "http://127.0.0.1:" + port + "/";
        }
    }

    private final List<Machine> machines = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    /** Starts an agent from its archive on each of {@code count} machines. */
    Machines(Path archive, Path folder, String serverUrl, Path tools, int count) throws IOException {
        for (int i = 1; i <= count; i++) {
            String name = "was" + i;
            Path application = folder.resolve(name).resolve("app");
            int port = freePort();
            Program agent = Program.start(
                    "penstock-agent",
                    archive,
                    folder.resolve(name).resolve("penstock-agent"),
                    "server.url = " + serverUrl + "\nagent.name = " + name + "\n",
                    Map.of(
                            "APP_HOME", application.toString(),
                            "APP_PORT", Integer.toString(port),
                            "PATH", tools + File.pathSeparator + System.getenv("PATH")));
            machines.add(new Machine(name, agent, application, port));
        }
    }

    List<Machine> all() {
        return List.copyOf(machines);
    }

    /** What the application on a machine answers now; empty when it does not. */
    Optional<String> page(Machine machine) throws InterruptedException {
        try {
            var request = HttpRequest.newBuilder(URI.create(machine.url()))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return Optional.of(http.send(request, BodyHandlers.ofString()).body());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** Stops the agents and the applications that their jobs have started. */
    @Override
    public void close() {
        for (Machine machine : machines) {
            machine.agent().close();
            Path pidFile = machine.application().resolve("log/springboard.pid");
            try {
                if (Files.exists(pidFile)) {
                    long pid = Long.parseLong(Files.readString(pidFile).strip());
                    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
                }
            } catch (IOException e) {
                System.err.println("The application of " + machine.name() + " may still run: " + e.getMessage());
            }
        }
    }

    /** Whether nobody listens on a port of the loopback address. */
    static boolean isFree(int port) {
        try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Writes a program {@code ant} that runs the Ant on our own class path, for machines that have none. */
    static Path antProgram(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path ant = folder.resolve("ant");
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
        Files.writeString(ant, """
                #!/bin/sh
                exec "%s/bin/java" -cp "%s" org.apache.tools.ant.launch.Launcher "$@"
                """.formatted(System.getProperty("java.home"), classPath));
        Files.setPosixFilePermissions(ant, PosixFilePermissions.fromString("rwxr-xr-x"));
        return folder;
    }
}
