package dev.penstock.core.material;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a repository is, without how it is reached: the URLs by which one repository is cloned over HTTP and SSH have one
 * key. Compared generously, because all that a wrong match costs is one look at a material. Pure.
 */
final class RepositoryUrl {
    private static final int MAX_CHARS = 2_048;
    private static final Set<String> SCHEMES = Set.of("http", "https", "ssh", "git", "git+ssh", "ssh+git");

    /** Names under which hosts offer SSH through the HTTPS port. */
    private static final Map<String, String> ALIASES = Map.of(
            "ssh.github.com", "github.com",
            "altssh.gitlab.com", "gitlab.com",
            "altssh.bitbucket.org", "bitbucket.org");

    private RepositoryUrl() {}

    /** {@code host/path} in lower case; empty when the text is not a URL of a repository on some host. */
    static Optional<String> key(String url) {
        String text = url.strip();
        if (text.isEmpty() || text.length() > MAX_CHARS || text.chars().anyMatch(RepositoryUrl::isOdd)) {
            return Optional.empty();
        }
        int scheme = text.indexOf("://");
        if (scheme >= 0) {
            return SCHEMES.contains(text.substring(0, scheme).toLowerCase(Locale.ROOT))
                    ? split(text.substring(scheme + 3), '/')
                    : Optional.empty();
        }
        return text.startsWith("/") || text.startsWith(".") ? Optional.empty() : split(text, ':');
    }

    /** Parts host and path at the separator: a slash in URLs, a colon in {@code git@host:path}. */
    private static Optional<String> split(String rest, char separator) {
        int user = rest.lastIndexOf('@', firstOf(rest, '/'));
        String place = user < 0 ? rest : rest.substring(user + 1);
        int bracket = place.startsWith("[") ? place.indexOf(']') + 1 : 0;
        int end = place.indexOf(separator, bracket);
        if (end < 0 || place.lastIndexOf('/', end - 1) >= 0) {
            return Optional.empty();
        }
        String host = withoutPort(place.substring(0, end), bracket).toLowerCase(Locale.ROOT);
        String path = path(place.substring(end + 1));
        // One letter before a colon is a drive, not a host.
        if (host.length() < 2 || path.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(ALIASES.getOrDefault(host, host) + "/" + path);
    }

    private static int firstOf(String text, char c) {
        int at = text.indexOf(c);
        return at < 0 ? text.length() : at;
    }

    private static String withoutPort(String authority, int from) {
        int colon = authority.indexOf(':', from);
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    private static String path(String text) {
        String path = text.substring(0, Math.min(firstOf(text, '?'), firstOf(text, '#')))
                .toLowerCase(Locale.ROOT)
                .replaceAll("/{2,}", "/");
        path = trimSlashes(path);
        return trimSlashes(path.endsWith(".git") ? path.substring(0, path.length() - 4) : path);
    }

    private static String trimSlashes(String path) {
        int from = path.startsWith("/") ? 1 : 0;
        int to = path.endsWith("/") ? path.length() - 1 : path.length();
        return from >= to ? "" : path.substring(from, to);
    }

    private static boolean isOdd(int c) {
        return c <= ' ' || c == 0x7F || c == '\\';
    }
}
