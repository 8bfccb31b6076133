package dev.penstock.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The network between agents and server: bytes pass until it is cut, and again when it is healed. */
final class NetworkCut implements AutoCloseable {
    private final ServerSocket door;
    private volatile int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    NetworkCut(int target) throws IOException {
        this.target = target;
        this.door = new ServerSocket(0, 4096, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + door.getLocalPort();
    }

    /** Breaks every connection, in the middle of whatever it carries, and lets no new one through. */
    void cut() {
        cut = true;
        open.forEach(NetworkCut::closeQuietly);
    }

    void heal() {
        cut = false;
    }

    /** Leads to another server from now on, as a balancer does when one does not answer; breaks what is open. */
    void leadTo(int port) {
        target = port;
        open.forEach(NetworkCut::closeQuietly);
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket from = door.accept();
                if (cut) {
                    closeQuietly(from);
                } else {
                    Thread.ofVirtual().start(() -> connect(from));
                }
            } catch (IOException _) {
                // The door was closed, which the loop sees, or one caller has gone again.
            }
        }
    }

    private void connect(Socket from) {
        var to = new Socket();
        try {
            to.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 2000);
        } catch (IOException _) {
            closeQuietly(from);
            return;
        }
        open.add(from);
        open.add(to);
        if (cut) {
            closeQuietly(from);
            closeQuietly(to);
        }
        Thread.ofVirtual().start(() -> pump(from, to));
        pump(to, from);
    }

    private void pump(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException _) {
            // One side has ended, or the network was cut.
        } finally {
            closeQuietly(from);
            closeQuietly(to);
            open.remove(from);
            open.remove(to);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It is gone either way.
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        cut();
    }
}
