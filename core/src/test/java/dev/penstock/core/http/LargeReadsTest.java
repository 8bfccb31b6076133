package dev.penstock.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.testing.WithDatabase;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.AbstractConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabase
class LargeReadsTest {
    private final Database database;
    private HttpFixture on;

    LargeReadsTest(Database database) {
        this.database = database;
    }

    /** Answers with the length of the body, and how much is read at once from its connection. */
    private static final class Reads implements Resource {
        @Override
        public void addTo(JavalinDefaultRoutingApi routes) {
            routes.put("/agent/v1/reads", Reads::answer, Access.AGENT);
        }

        private static void answer(Context ctx) throws IOException {
            try (InputStream body = ctx.bodyInputStream()) {
                int length = body.readAllBytes().length;
                var connection = (AbstractConnection) ServletContextRequest.getServletContextRequest(ctx.req())
                        .getConnectionMetaData()
                        .getConnection();
                ctx.result(length + " " + connection.getInputBufferSize());
            }
        }
    }

    @BeforeEach
    void open() {
        on = new HttpFixture(database, new Reads());
    }

    @AfterEach
    void close() {
        on.close();
    }

    @Test
    void aConnectionHasALargeBufferForALargeBodyOnly() throws IOException {
        String answers = on.raw(put(100, "keep-alive") + put(300_000, "keep-alive") + put(100, "close"));

        assertThat(answers.split("HTTP/1.1 200 OK"))
                .filteredOn(answer -> !answer.isEmpty())
                .extracting(answer -> answer.substring(answer.indexOf("\r\n\r\n") + 4))
                .containsExactly("100 " + LargeReads.USUAL, "300000 " + LargeReads.LARGE, "100 " + LargeReads.USUAL);
    }

    private static String put(int length, String connection) {
        return "PUT /agent/v1/reads HTTP/1.1\r\nHost: localhost\r\nConnection: " + connection
                + "\r\nAuthorization: Bearer " + HttpFixture.TOKEN_OF_ALMA + "\r\nContent-Length: " + length
                + "\r\n\r\n"
                + new String(new byte[length], StandardCharsets.ISO_8859_1).replace('\0', 'x');
    }
}
