package dev.penstock.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** One kept connection to the server, so that what is measured is the server and not a client's library. */
final class Wire implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    Wire(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        out = socket.getOutputStream();
    }

    /**
     * @param headers with names in lower case
     * @param bytes of the body
     */
    record Answer(int status, Map<String, String> headers, int bytes) {}

    /** Asks as a browser does: gzip accepted. {@code tag} is the version that is known; empty for none. */
    Answer get(String path, String tag) throws IOException {
        String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n"
                + (tag.isEmpty() ? "" : "If-None-Match: " + tag + "\r\n") + "\r\n";
        out.write(request.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        int status = Integer.parseInt(line().split(" ", 3)[1]);
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = status == 304 ? 0 : body(headers);
        return new Answer(status, headers, length);
    }

    /** Reads the body, of a known length or in chunks, and says how long it is. */
    private int body(Map<String, String> headers) throws IOException {
        if (!"chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            return skip(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        }
        int length = 0;
        for (int chunk = chunk(); chunk > 0; chunk = chunk()) {
            length += skip(chunk);
            line();
        }
        line();
        return length;
    }

    private int chunk() throws IOException {
        return Integer.parseInt(line().split(";", 2)[0].strip(), 16);
    }

    private int skip(int length) throws IOException {
        if (in.readNBytes(length).length < length) {
            throw new EOFException("An answer was cut off");
        }
        return length;
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("The server has closed the connection");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.US_ASCII).strip();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
