package dev.penstock.agent.server;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/** Where the server is. */
public record ServerAddress(boolean tls, String host, int port) {

    /** Reads {@code http://host:port} or {@code https://host}; empty when it is anything else. */
    public static Optional<ServerAddress> parse(String url) {
        try {
            URI uri = new URI(url);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean tls = scheme.equals("https");
            String path = uri.getRawPath() == null ? "" : uri.getRawPath();
            if ((!tls && !scheme.equals("http"))
                    || uri.getHost() == null
                    || !(path.isEmpty() || path.equals("/"))
                    || uri.getRawQuery() != null
                    || uri.getRawFragment() != null
                    || uri.getRawUserInfo() != null
                    || uri.getPort() > 65_535) {
                return Optional.empty();
            }
            String host = uri.getHost().replace("[", "").replace("]", "");
            int port = uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80;
            return Optional.of(new ServerAddress(tls, host, port));
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }

    /** What the {@code Host} header says. */
    String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (tls ? 443 : 80) ? name : name + ":" + port;
    }

    /** As a URL without a path. */
    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + authority();
    }
}
