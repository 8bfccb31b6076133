package dev.penstock.core.http;

import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Reads large bodies in large pieces: consoles and artifacts come in megabytes, and each read may wake a thread. A parked
 * poll keeps what its connection reads into, so that stays small for all others.
 */
final class LargeReads extends Handler.Wrapper {
    static final int LARGE = 64 * 1024;

    /** Jetty's own. */
    static final int USUAL = 8 * 1024;

    LargeReads(Handler next) {
        super(next);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (request.getConnectionMetaData().getConnection() instanceof AbstractConnection connection) {
            connection.setInputBufferSize(request.getLength() > LARGE ? LARGE : USUAL);
        }
        return super.handle(request, response, callback);
    }
}
