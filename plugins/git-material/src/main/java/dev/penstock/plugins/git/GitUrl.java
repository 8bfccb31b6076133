package dev.penstock.plugins.git;

import dev.penstock.plugin.Secret;
import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.transport.URIish;
import org.jspecify.annotations.Nullable;

/**
 * Where a repository is. Only what passes {@link #parse} is ever given to JGit, which by itself would also open bundles,
 * Amazon S3 and every folder of the disk.
 *
 * @param user from the URL; over HTTP it may be a token, and is not shown
 * @param password from the URL
 * @param host in lower case; empty for a local folder
 * @param port -1 for the scheme's own
 * @param path as written, beginning with {@code /}; with {@link Kind#SSH_SHORT} relative to the user's home; for a local
 *     folder an absolute path of this machine
 */
record GitUrl(Kind kind, @Nullable String user, @Nullable Secret password, String host, int port, String path) {

    /** How it is reached. */
    enum Kind {
        HTTP("http"),
        HTTPS("https"),
        SSH("ssh"),
        /** {@code user@host:path}. */
        SSH_SHORT("ssh"),
        LOCAL("file");

        private final String scheme;

        Kind(String scheme) {
            this.scheme = scheme;
        }

        boolean isHttp() {
            return this == HTTP || this == HTTPS;
        }

        boolean isSsh() {
            return this == SSH || this == SSH_SHORT;
        }
    }

    /** A text is not the URL of a repository that may be used; the message says why and shows no password. */
    static final class NotAllowed extends Exception {
        private static final long serialVersionUID = 1L;

        NotAllowed(String message) {
            super(message);
        }
    }

    /** Longer ones are no addresses. */
    private static final int LONGEST = 2_048;
    /** More folders up or down than any repository's path has. */
    private static final int MOST_SEGMENTS = 100;

    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)");
    private static final Pattern HELPER = Pattern.compile("[A-Za-z0-9+.-]+::.*");
    private static final Pattern AUTHORITY =
            Pattern.compile("(?:([^/]*)@)?(\\[[0-9A-Fa-f:.]+]|[^/@:\\[\\]]+)(?::([0-9]{0,5}))?(/.*)?");
    private static final Pattern SHORT = Pattern.compile("(?:([^/@:]+)@)?(\\[[0-9A-Fa-f:.]+]|[^/@:\\[\\]]+):(.+)");
    private static final Pattern HOST = Pattern.compile("\\[[0-9a-f:.]+]|[a-z0-9_]([a-z0-9_.-]{0,252})");
    private static final Pattern SSH_USER = Pattern.compile("[A-Za-z0-9_.][A-Za-z0-9_.+-]{0,63}");
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:[\\\\/].*");

    /** Reads a URL, or a folder of this machine. */
    static GitUrl parse(String text) throws NotAllowed {
        String url = text.strip();
        if (url.isEmpty()) {
            throw new NotAllowed("The URL is empty");
        }
        if (url.length() > LONGEST) {
            throw new NotAllowed("The URL has " + url.length() + " characters; at most " + LONGEST + " are possible");
        }
        if (url.chars().anyMatch(c -> c < ' ' || c == 127)) {
            throw new NotAllowed("The URL has control characters in it");
        }
        if (url.startsWith("-")) {
            throw new NotAllowed("The URL must not begin with \"-\"");
        }
        Matcher scheme = SCHEME.matcher(url);
        if (scheme.matches()) {
            return withScheme(scheme.group(1).toLowerCase(Locale.ROOT), scheme.group(2));
        }
        if (HELPER.matcher(url).matches()) {
            throw new NotAllowed("Remote helpers such as \"ext::\" are not allowed; use https, http or ssh");
        }
        if (url.startsWith("/") || url.startsWith("\\\\") || DRIVE.matcher(url).matches()) {
            return local(url);
        }
        Matcher brief = SHORT.matcher(url);
        if (brief.matches()) {
            return ssh(Kind.SSH_SHORT, brief.group(1), brief.group(2), -1, brief.group(3));
        }
        throw new NotAllowed("\"" + url + "\" is no URL of a repository; write one such as https://host/team/app.git,"
                + " ssh://git@host/team/app.git, or the absolute path of a folder that the operator allows");
    }

    private static GitUrl withScheme(String scheme, String rest) throws NotAllowed {
        switch (scheme) {
            case "file" -> {
                String path = rest.startsWith("localhost/") ? rest.substring("localhost".length()) : rest;
                if (!path.startsWith("/")) {
                    throw new NotAllowed("A file URL must be of the form file:///folder");
                }
                return local(File.separatorChar == '\\' ? decoded(path.substring(1)) : decoded(path));
            }
            case "http", "https", "ssh" -> {
                // Below.
            }
            default ->
                throw new NotAllowed("The scheme \"" + scheme
                        + "\" is not allowed; use https, http, ssh, or a folder that the operator allows");
        }
        Matcher parts = AUTHORITY.matcher(rest);
        if (!parts.matches()) {
            throw new NotAllowed("The " + scheme + " URL has no host that can be read");
        }
        String path = Objects.requireNonNullElse(parts.group(4), "");
        if (path.length() < 2) {
            throw new NotAllowed("The URL names a host and no repository on it");
        }
        int port = port(Objects.requireNonNullElse(parts.group(3), ""));
        if (scheme.equals("ssh")) {
            return ssh(Kind.SSH, parts.group(1), parts.group(2), port, path);
        }
        String userInfo = parts.group(1);
        String user = null;
        Secret password = null;
        if (userInfo != null) {
            int colon = userInfo.indexOf(':');
            user = decoded(colon < 0 ? userInfo : userInfo.substring(0, colon));
            password = colon < 0 ? null : new Secret(decoded(userInfo.substring(colon + 1)));
        }
        Kind kind = scheme.equals("http") ? Kind.HTTP : Kind.HTTPS;
        return new GitUrl(kind, user, password, host(parts.group(2)), port, path);
    }

    private static GitUrl ssh(Kind kind, @Nullable String userInfo, String host, int port, String path)
            throws NotAllowed {
        String user = userInfo;
        Secret password = null;
        if (userInfo != null && userInfo.indexOf(':') >= 0) {
            user = userInfo.substring(0, userInfo.indexOf(':'));
            password = new Secret(decoded(userInfo.substring(userInfo.indexOf(':') + 1)));
        }
        if (user != null && !SSH_USER.matcher(user).matches()) {
            throw new NotAllowed("The user in the URL is not of the form " + SSH_USER.pattern());
        }
        if (path.startsWith("-") || path.startsWith("/-")) {
            throw new NotAllowed("The path of an SSH URL must not begin with \"-\"");
        }
        return new GitUrl(kind, user, password, host(host), port, path);
    }

    private static GitUrl local(String text) throws NotAllowed {
        try {
            Path path = Path.of(text);
            if (path.isAbsolute()) {
                return new GitUrl(
                        Kind.LOCAL, null, null, "", -1, path.normalize().toString());
            }
        } catch (InvalidPathException _) {
            // Said below.
        }
        throw new NotAllowed("\"" + text + "\" is not the absolute path of a folder on this machine");
    }

    private static String host(String text) throws NotAllowed {
        String host = text.toLowerCase(Locale.ROOT);
        if (!HOST.matcher(host).matches()) {
            throw new NotAllowed("\"" + text + "\" is not the name of a host");
        }
        return host;
    }

    private static int port(String text) throws NotAllowed {
        if (text.isEmpty()) {
            return -1;
        }
        int port = Integer.parseInt(text);
        if (port < 1 || port > 65_535) {
            throw new NotAllowed("There is no port " + text);
        }
        return port;
    }

    private static String decoded(String text) throws NotAllowed {
        try {
            String decoded = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
            if (decoded.chars().anyMatch(c -> c < ' ' || c == 127)) {
                throw new NotAllowed("The URL has control characters in it");
            }
            return decoded;
        } catch (IllegalArgumentException _) {
            throw new NotAllowed("The URL has a \"%\" that is not followed by two hexadecimal digits");
        }
    }

    /** The folder of a {@link Kind#LOCAL} URL. */
    Path folder() {
        return Path.of(path);
    }

    /** The port that is connected to; -1 for a local folder. */
    int effectivePort() {
        return port > 0
                ? port
                : switch (kind) {
                    case HTTP -> 80;
                    case HTTPS -> 443;
                    case SSH, SSH_SHORT -> 22;
                    case LOCAL -> -1;
                };
    }

    /** Whether credentials for this URL may be sent to the other one: same scheme, host and port. */
    boolean sameServer(GitUrl other) {
        return kind.scheme.equals(other.kind.scheme)
                && host.equals(other.host)
                && effectivePort() == other.effectivePort();
    }

    /** The URL for people and for files: no password, and over HTTP no user either, because tokens stand there. */
    String shown() {
        String at = kind.isSsh() && user != null ? user + "@" : "";
        return switch (kind) {
            case LOCAL -> path;
            case SSH_SHORT -> at + host + ":" + path;
            case HTTP, HTTPS, SSH -> kind.scheme + "://" + at + host + (port > 0 ? ":" + port : "") + path;
        };
    }

    /** What JGit gets: the same without any credentials but the SSH user. */
    URIish jgit(String sshUser) {
        URIish uri = new URIish();
        return switch (kind) {
            case LOCAL -> uri.setPath(path);
            case HTTP, HTTPS -> {
                try {
                    yield new URIish(shown());
                } catch (URISyntaxException e) {
                    throw new IllegalStateException("A checked URL is refused by JGit: " + shown(), e);
                }
            }
            case SSH ->
                uri.setScheme("ssh")
                        .setHost(bareHost())
                        .setPort(effectivePort())
                        .setUser(sshUser)
                        .setPath(path);
            // Without a scheme JGit passes the path on as it is, which hosts such as GitHub depend on.
            case SSH_SHORT -> uri.setHost(bareHost()).setUser(sshUser).setPath(path);
        };
    }

    /** The host without the brackets of an IPv6 address. */
    String bareHost() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The URL of a submodule: one of its own, or a path from here such as {@code ../lib.git}. */
    GitUrl submodule(String text) throws NotAllowed {
        String url = text.strip();
        if (!url.startsWith("./") && !url.startsWith("../")) {
            return parse(url);
        }
        if (url.chars().anyMatch(c -> c < ' ' || c == 127) || url.length() > LONGEST) {
            throw new NotAllowed("The URL has control characters in it, or is too long");
        }
        var segments = new ArrayDeque<String>();
        boolean absolute = path.startsWith("/");
        for (String segment : (path.replace('\\', '/') + "/" + url).split("/", -1)) {
            switch (segment) {
                case "", "." -> {
                    // Leads nowhere.
                }
                case ".." -> {
                    if (segments.pollLast() == null) {
                        throw new NotAllowed("\"" + url + "\" leads out of " + shown());
                    }
                }
                default -> segments.addLast(segment);
            }
        }
        if (segments.isEmpty() || segments.size() > MOST_SEGMENTS) {
            throw new NotAllowed("\"" + url + "\" leads to no repository, seen from " + shown());
        }
        String joined = (absolute ? "/" : "") + String.join("/", segments);
        if (joined.startsWith("-") || joined.startsWith("/-")) {
            throw new NotAllowed("The path of a submodule's URL must not begin with \"-\"");
        }
        return new GitUrl(kind, user, password, host, port, joined);
    }

    /** The host for limits per host; empty for a local folder. */
    Optional<String> hostName() {
        return kind == Kind.LOCAL ? Optional.empty() : Optional.of(bareHost());
    }

    /** The URL of a request as JGit makes it goes to the same server as this. */
    boolean leadsTo(URI request) {
        String scheme = String.valueOf(request.getScheme()).toLowerCase(Locale.ROOT);
        int requestPort = request.getPort() > 0 ? request.getPort() : scheme.equals("http") ? 80 : 443;
        return scheme.equals(kind.scheme)
                && host.equals(String.valueOf(request.getHost()).toLowerCase(Locale.ROOT))
                && requestPort == effectivePort();
    }

    @Override
    public String toString() {
        return shown();
    }
}
