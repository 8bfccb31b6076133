package dev.penstock.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Sends bodies over one connection with as little work as there can be: what is measured is who receives them. */
final class ByteSender implements AutoCloseable {
    private final Socket socket;
    private final OutputStream out;
    private final InputStream in;
    private final String token;

    /** @param token sent with each request; empty for none */
    ByteSender(int port, String token) throws IOException {
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        this.socket.setTcpNoDelay(true);
        this.out = socket.getOutputStream();
        this.in = new BufferedInputStream(socket.getInputStream());
        this.token = token;
    }

    /** Sends a part of some bytes and returns the body of the answer, which has to be a 200. */
    String send(String method, String path, byte[] bytes, int offset, int length) throws IOException {
        var head = new StringBuilder()
                .append(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n")
                .append("Content-Type: application/octet-stream\r\nContent-Length: " + length + "\r\n");
        if (!token.isEmpty()) {
            head.append("Authorization: Bearer " + token + "\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        out.write(bytes, offset, length);
        out.flush();
        String status = line();
        int answer = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                answer = Integer.parseInt(header.substring(15).strip());
            }
        }
        String body = new String(in.readNBytes(answer), StandardCharsets.UTF_8);
        if (!status.startsWith("HTTP/1.1 200 ")) {
            throw new IOException(method + " " + path + " answered " + status + ": " + body);
        }
        return body;
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("The answer ended early");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
