package dev.penstock.agent;

import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.server.ServerAddress;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this machine is and has. */
final class Machine {
    private Machine() {}

    /** The name that the machine gives itself. */
    static String hostName() {
        try {
            Path kernel = Path.of("/proc/sys/kernel/hostname");
            return Files.isReadable(kernel)
                    ? Files.readString(kernel).strip()
                    : InetAddress.getLocalHost().getHostName();
        } catch (IOException _) {
            return "unknown";
        }
    }

    /** The facts that do not change while the agent runs, and the free space of now. */
    static AgentFacts facts(String name, ServerAddress server, Path workspaces, String version) {
        return new AgentFacts(
                name,
                addressTowards(server),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                System.getProperty("user.name"),
                workspaces.toString(),
                freeBytes(workspaces),
                version);
    }

    /** The same facts with the free space of now. */
    static AgentFacts now(AgentFacts facts, Path workspaces) {
        return new AgentFacts(
                facts.hostName(),
                facts.ipAddress(),
                facts.operatingSystem(),
                facts.user(),
                facts.workingDirectory(),
                freeBytes(workspaces),
                facts.agentVersion());
    }

    private static long freeBytes(Path folder) {
        long free = folder.toFile().getUsableSpace();
        return free == 0 && !Files.isDirectory(folder) ? -1 : free;
    }

    /** The address of the interface that leads to the server; asking the system for the route sends nothing. */
    private static String addressTowards(ServerAddress server) {
        try (var socket = new DatagramSocket()) {
            InetSocketAddress remote = new InetSocketAddress(server.host(), server.port());
            if (remote.isUnresolved()) {
                throw new UnknownHostException(server.host());
            }
            socket.connect(remote);
            return socket.getLocalAddress().getHostAddress();
        } catch (IOException _) {
            return "";
        }
    }
}
