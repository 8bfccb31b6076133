package dev.penstock.agent.server;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the server, kept open between requests: HTTP/1.1, one request at a time. Used by one thread; only
 * {@link #abort} may be called by others.
 *
 * <p>The JDK's own client costs 24 MB of memory, more than the rest of an idle agent; what the protocol needs is this.
 */
final class Line implements AutoCloseable {
    private static final int CONNECT_MILLIS = 10_000;

    /** An unused connection is likely closed by a proxy or the server soon after this; a new one is cheap. */
    private static final long MAX_IDLE_NANOS = 20_000_000_000L;

    /** Bodies from this size on wait for the server's word that it wants them; it may have the blob already. */
    private static final long EXPECT_BYTES = 1 << 20;

    /** A server that does not know {@code 100-continue} says nothing; then the body is sent all the same. */
    private static final int EXPECT_MILLIS = 1000;

    private final ServerAddress server;
    private final Trust trust;
    private final Object lock = new Object();
    private @Nullable Socket socket; // guarded by lock
    private boolean aborted; // guarded by lock
    private @Nullable HttpInput in;
    private @Nullable BufferedOutputStream out;
    private long lastUsed;
    private volatile long writingSince; // 0 while nothing is written

    Line(ServerAddress server, Trust trust) {
        this.server = server;
        this.trust = trust;
    }

    /**
     * Sends a request and reads its answer. A kept connection that turns out to be closed is replaced once, so a request
     * may arrive twice: all of the protocol's are repeatable.
     *
     * @param token the bearer token; empty for none
     * @param into where the body of a good answer goes; null to get it in the reply
     * @throws IOException if there is no answer
     */
    Reply send(Request request, String token, @Nullable OutputStream into) throws IOException {
        synchronized (lock) {
            if (aborted) {
                throw new IOException("The request was broken off");
            }
        }
        if (isForgotten()) {
            close();
        }
        boolean fresh = in == null;
        try {
            return exchange(request, token, into);
        } catch (StaleConnectionException e) {
            close();
            if (fresh || isAborted()) {
                throw new IOException("The server closed the connection without an answer", e);
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        try {
            return exchange(request, token, into);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Whether it is open and was not used for so long that the other side may close it. */
    boolean isForgotten() {
        return in != null && System.nanoTime() - lastUsed > MAX_IDLE_NANOS;
    }

    /** Requests go out again after an {@link #abort}. */
    void arm() {
        synchronized (lock) {
            aborted = false;
        }
    }

    /** Breaks off the request that is under way, and all others until {@link #arm}; its thread gets an {@link IOException}. */
    void abort() {
        synchronized (lock) {
            aborted = true;
            closeSocket();
        }
    }

    /** Breaks off a request whose bytes the server has not taken for longer than {@code silence}. */
    void abortIfStuck(Duration silence) {
        long since = writingSince;
        if (since != 0 && System.nanoTime() - since > silence.toNanos()) {
            synchronized (lock) {
                closeSocket();
            }
        }
    }

    @Override
    public void close() {
        writingSince = 0;
        in = null;
        out = null;
        synchronized (lock) {
            closeSocket();
        }
    }

    /** The connection had ended before anything of the answer came. */
    private static final class StaleConnectionException extends IOException {
        private static final long serialVersionUID = 1L;

        StaleConnectionException(IOException cause) {
            super(cause);
        }
    }

    private Reply exchange(Request request, String token, @Nullable OutputStream into) throws IOException {
        if (in == null) {
            connect();
        }
        HttpInput from = Objects.requireNonNull(in);
        BufferedOutputStream to = Objects.requireNonNull(out);
        HttpReader reader = new HttpReader(from);
        Request.Body body = request.body();
        boolean expect = body != null && body.length() >= EXPECT_BYTES;
        boolean sendBody = true;
        try {
            to.write(head(request, token, expect));
            if (!expect && body != null) {
                body.writeTo(to);
            }
            to.flush();
            if (expect) {
                sendBody = waitForContinue(reader);
            } else {
                patience((int) request.silence().toMillis());
                reader.awaitFirstByte();
            }
        } catch (SocketTimeoutException e) {
            throw new IOException(
                    "No answer from " + server + " within " + request.silence().toSeconds() + " s", e);
        } catch (IOException e) {
            throw new StaleConnectionException(e);
        }
        if (expect && sendBody && body != null) {
            body.writeTo(to);
            to.flush();
        }
        patience((int) request.silence().toMillis());
        HttpReader.Head head = reader.head();
        byte[] content = reader.body(head, head.status() < 300 ? into : null);
        lastUsed = System.nanoTime();
        // A body that the server did not take leaves the connection in doubt.
        if (!head.keepsOpen() || !sendBody) {
            close();
        }
        return new Reply(head.status(), head.retryAfterSeconds(), content);
    }

    /** True when the body is wanted, false when the answer is there already. */
    private boolean waitForContinue(HttpReader reader) throws IOException {
        patience(EXPECT_MILLIS);
        try {
            reader.awaitFirstByte();
        } catch (SocketTimeoutException _) {
            return true;
        }
        return reader.isContinue();
    }

    /** Notes when each write began, because a blocking write has no time-out of its own. */
    private final class Watched extends FilterOutputStream {
        Watched(OutputStream to) {
            super(to);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            writingSince = System.nanoTime() | 1;
            out.write(bytes, offset, length);
            writingSince = 0;
        }
    }

    private byte[] head(Request request, String token, boolean expect) {
        var head = new StringBuilder(256);
        head.append(request.method()).append(' ').append(request.target()).append(" HTTP/1.1\r\n");
        head.append("Host: ").append(server.authority()).append("\r\n");
        head.append("User-Agent: penstock-agent\r\nAccept: application/json, */*\r\n");
        if (!token.isEmpty()) {
            head.append("Authorization: Bearer ").append(token).append("\r\n");
        }
        Request.Body body = request.body();
        if (body != null) {
            head.append("Content-Type: ").append(body.contentType()).append("\r\n");
            head.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        if (expect) {
            head.append("Expect: 100-continue\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private void connect() throws IOException {
        var plain = new Socket();
        synchronized (lock) {
            if (aborted) {
                throw new IOException("The request was broken off");
            }
            socket = plain;
        }
        try {
            plain.setTcpNoDelay(true);
            plain.setKeepAlive(true);
            plain.connect(new InetSocketAddress(server.host(), server.port()), CONNECT_MILLIS);
            plain.setSoTimeout(CONNECT_MILLIS);
            Socket open = server.tls() ? secured(plain) : plain;
            in = new HttpInput(open.getInputStream());
            out = new BufferedOutputStream(new Watched(open.getOutputStream()), 8 * 1024);
        } catch (SSLException e) {
            throw new IOException("No safe connection to " + server + ": " + trust.advice(e), e);
        } catch (IOException e) {
            throw new IOException("No connection to " + server + ": " + e.getMessage(), e);
        }
    }

    private Socket secured(Socket plain) throws IOException {
        SSLSocket secure = (SSLSocket) trust.sockets().createSocket(plain, server.host(), server.port(), true);
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        return secure;
    }

    private void patience(int millis) throws IOException {
        synchronized (lock) {
            if (socket == null) {
                throw new IOException("The request was broken off");
            }
            socket.setSoTimeout(Math.max(1, millis));
        }
    }

    private boolean isAborted() {
        synchronized (lock) {
            return aborted;
        }
    }

    private void closeSocket() {
        Socket open = socket;
        socket = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException _) {
                // It is gone either way.
            }
        }
    }
}
