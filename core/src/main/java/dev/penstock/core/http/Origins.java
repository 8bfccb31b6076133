package dev.penstock.core.http;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Under which names this server is known, and from which pages it takes changes. Both are compared with the
 * configured site and the loopback names, never with each other: a name that somebody else's DNS points here is refused.
 */
final class Origins {
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");
    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

    private final @Nullable URI site;
    private final IntSupplier port;

    /**
     * @param site {@code http://} or {@code https://} with a host; null when only loopback names are ours
     * @param port on which the server listens
     */
    Origins(@Nullable URI site, IntSupplier port) {
        this.site = site;
        this.port = port;
    }

    void check(Context ctx) {
        String host = ctx.req().getHeader("Host");
        if (!isOurHost(host)) {
            throw new PenstockException(
                    ErrorCode.MISDIRECTED,
                    "This server is not \"" + host + "\"; ask for it as localhost, or set \"site.url\" to its name");
        }
        if (SAFE_METHODS.contains(ctx.req().getMethod())) {
            return;
        }
        String origin = ctx.req().getHeader("Origin");
        String fetchSite = ctx.req().getHeader("Sec-Fetch-Site");
        boolean foreign = origin == null
                ? fetchSite != null && !fetchSite.equals("same-origin") && !fetchSite.equals("none")
                : !isOurOrigin(origin);
        if (foreign) {
            throw new PenstockException(
                    ErrorCode.FORBIDDEN,
                    "A page of \"" + (origin == null ? "another site" : origin)
                            + "\" may not change anything here; if it is this server's own, set \"site.url\" to it");
        }
    }

    boolean isOurHost(@Nullable String header) {
        if (header == null) {
            return false;
        }
        String name = header.toLowerCase(Locale.ROOT);
        int end = name.startsWith("[") ? name.indexOf(']') + 1 : name.indexOf(':');
        if (end > 0) {
            if (!name.substring(end).matches("(:\\d{1,5})?")) {
                return false;
            }
            name = name.substring(0, end);
        }
        return isLoopback(name) || (site != null && name.equals(host(site)));
    }

    boolean isOurOrigin(String origin) {
        try {
            URI uri = new URI(origin);
            if (uri.getHost() == null || uri.getScheme() == null) {
                return false;
            }
            if (site != null
                    && uri.getScheme().equalsIgnoreCase(site.getScheme())
                    && host(uri).equals(host(site))
                    && port(uri) == port(site)) {
                return true;
            }
            return isLoopback(host(uri)) && port(uri) == port.getAsInt();
        } catch (URISyntaxException _) {
            return false;
        }
    }

    private static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host).matches();
    }

    private static String host(URI uri) {
        return uri.getHost().toLowerCase(Locale.ROOT);
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }
}
