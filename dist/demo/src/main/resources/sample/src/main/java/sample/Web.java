package sample;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A web application of one page: it says which version it is. */
public class Web {
    public static void main(String[] arguments) throws IOException {
        byte[] page = greeting().getBytes(StandardCharsets.UTF_8);
        HttpServer server = HttpServer.create(
                new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])), 50);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
        System.out.println(greeting() + " on port " + arguments[0]);
    }

    static String greeting() throws IOException {
        try (InputStream in = Web.class.getResourceAsStream("/version.txt")) {
            return "springboard version " + new String(in.readAllBytes(), StandardCharsets.UTF_8).trim();
        }
    }
}
