package dev.penstock.plugins.git;

import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import java.io.EOFException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.apache.sshd.common.SshException;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.InvalidObjectIdException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.NoPackSignatureException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.PackInvalidException;
import org.eclipse.jgit.errors.RepositoryNotFoundException;
import org.eclipse.jgit.errors.TooLargeObjectInPackException;
import org.eclipse.jgit.internal.JGitText;

/** Turns what JGit threw, and what was seen on the wire, into a sentence that a person can act on. */
record Failures(GitUrl url, Access access, Duration timeout, Traffic traffic) {
    /** What a server says is shown, but no more of it than this. */
    private static final int LONGEST = 300;

    /** Of a name that no name server knows. */
    static MaterialException unknownHost(GitUrl url, Throwable cause) {
        return new MaterialException(
                Kind.UNREACHABLE,
                "Host \"" + url.bareHost() + "\" is not known. Check its name, and the name servers of this machine",
                cause);
    }

    /**
     * @throws InterruptedException if what was thrown only says that this thread is to stop
     * @throws Size.Exceeded if it says that the work is too large for here
     */
    MaterialException of(Exception thrown) throws InterruptedException {
        List<Throwable> chain = chain(thrown);
        for (Throwable each : chain) {
            if (each instanceof MaterialException told) {
                return told;
            }
            if (each instanceof Size.Exceeded exceeded) {
                throw exceeded;
            }
            if (each instanceof TooLargeObjectInPackException && !traffic.size().equals(Size.ANY)) {
                throw new Size.Exceeded("one of its objects is large");
            }
        }
        boolean timedOut = chain.stream().anyMatch(Failures::isTimeout);
        boolean stopped = chain.stream()
                .anyMatch(t -> t instanceof ClosedByInterruptException
                        || t instanceof InterruptedException
                        || (t instanceof InterruptedIOException && !timedOut));
        if (Thread.interrupted() || stopped) {
            throw new InterruptedException("The work with " + url.shown() + " was stopped");
        }
        if (traffic.untrusted().isPresent()) {
            return told(Kind.UNTRUSTED_HOST, traffic.untrusted().get(), thrown);
        }
        if (traffic.tooMuch()) {
            return told(
                    Kind.REFUSED,
                    url.shown() + " sends more than the " + (traffic.limitBytes() >> 20)
                            + " MiB that one fetch may take; the operator sets the limit"
                            + " (materials.fetch-limit-mebibytes)",
                    thrown);
        }
        if (traffic.exceeded().isPresent()) {
            throw new Size.Exceeded(traffic.exceeded().get());
        }
        if (traffic.redirect().isPresent()) {
            return told(
                    Kind.REFUSED,
                    url.shown() + " redirects to \""
                            + clean(withoutUser(traffic.redirect().get()))
                            + "\", which is not followed. If that is the right place, use it as the URL",
                    thrown);
        }
        if (traffic.otherContent().isPresent()) {
            return told(
                    Kind.NOT_FOUND,
                    "There is no git server at " + url.shown() + ": it answers with something else ("
                            + clean(traffic.otherContent().get())
                            + "). Use the URL for cloning, not that of a web page",
                    thrown);
        }
        return status(thrown, chain).or(() -> network(thrown, chain, timedOut)).orElseGet(() -> other(thrown, chain));
    }

    private Optional<MaterialException> status(Exception thrown, List<Throwable> chain) {
        return Optional.ofNullable(
                switch (traffic.status()) {
                    case 401 ->
                        told(
                                Kind.AUTHENTICATION,
                                access.password() == null
                                        ? url.shown() + " asks for user and password; give both"
                                        : url.shown() + " does not accept the user and password that were given",
                                thrown);
                    case 403 ->
                        told(
                                Kind.AUTHENTICATION,
                                url.shown() + " answers that reading is not permitted (403)"
                                        + (access.password() == null
                                                ? "; give a user and password that may"
                                                : " to this user"),
                                thrown);
                    case 404, 410 -> notFound(thrown);
                    case 407 ->
                        told(
                                Kind.AUTHENTICATION,
                                "The proxy on the way to " + url.shown() + " asks for a user and password",
                                thrown);
                    case 429, 500, 502, 503, 504 ->
                        told(
                                Kind.UNREACHABLE,
                                url.shown() + " answers with HTTP status " + traffic.status()
                                        + "; it may work again later",
                                thrown);
                    default ->
                        chain.stream().anyMatch(NoRemoteRepositoryException.class::isInstance)
                                ? notFound(thrown)
                                : null;
                });
    }

    private MaterialException notFound(Exception thrown) {
        String hidden = url.kind().isHttp() && access.password() == null
                ? ", or it is hidden from those who give no user and password"
                : "";
        return told(
                Kind.NOT_FOUND,
                "There is no repository at " + url.shown() + hidden + ". Check the path of the URL",
                thrown);
    }

    private Optional<MaterialException> network(Exception thrown, List<Throwable> chain, boolean timedOut) {
        String where = url.bareHost() + " port " + url.effectivePort();
        for (Throwable each : chain) {
            if (each instanceof UnknownHostException || each instanceof UnresolvedAddressException) {
                return Optional.of(unknownHost(url, thrown));
            }
            if (each instanceof SSLException) {
                return Optional.of(told(
                        Kind.UNTRUSTED_HOST,
                        "The TLS certificate of " + where + " is not trusted: "
                                + clean(String.valueOf(each.getMessage()))
                                + ". Its issuer has to be in this Java's trust store",
                        thrown));
            }
        }
        if (timedOut) {
            return Optional.of(
                    told(Kind.UNREACHABLE, where + " did not answer within " + timeout.toSeconds() + " s", thrown));
        }
        for (Throwable each : chain) {
            if (each instanceof ConnectException || each instanceof NoRouteToHostException) {
                return Optional.of(told(
                        Kind.UNREACHABLE,
                        where + " cannot be reached (" + clean(String.valueOf(each.getMessage()))
                                + "). Check host and port, and that a firewall lets this machine through",
                        thrown));
            }
        }
        if (url.kind().isSsh() && says(chain, "log in", "no more authentication methods", "cancel")) {
            return Optional.of(told(Kind.AUTHENTICATION, sshLogin(), thrown));
        }
        if (chain.stream().anyMatch(SocketException.class::isInstance)) {
            return Optional.of(
                    told(Kind.UNREACHABLE, "The connection to " + where + " broke: " + clean(last(chain)), thrown));
        }
        return Optional.empty();
    }

    private String sshLogin() {
        String user = access.sshUser() + "@" + url.bareHost();
        if (access.privateKey() == null && access.password() == null) {
            return user + " asks who we are; give a private key (option \"private_key\"). Keys of this machine's own"
                    + " user are not used";
        }
        return user + " does not accept the " + (access.privateKey() == null ? "password" : "private key")
                + ". Check the user, and that the key's public half is registered there";
    }

    private MaterialException other(Exception thrown, List<Throwable> chain) {
        return told(Kind.OTHER, url.shown() + " cannot be read: " + clean(last(chain)), thrown);
    }

    /** Whether it says that the repository on our own disk is damaged, so that making it anew may help. */
    static boolean isCorrupt(Throwable thrown) {
        return chain(thrown).stream()
                .anyMatch(t -> t instanceof CorruptObjectException
                        || t instanceof MissingObjectException
                        || t instanceof PackInvalidException
                        || t instanceof NoPackSignatureException
                        || t instanceof RepositoryNotFoundException
                        || t instanceof ConfigInvalidException
                        || t instanceof InvalidObjectIdException
                        || t instanceof EOFException);
    }

    /** Whether it says that the server cannot leave out the contents of files. */
    static boolean isWithoutFilter(Throwable thrown) {
        return chain(thrown).stream()
                .anyMatch(t -> String.valueOf(t.getMessage()).contains(JGitText.get().filterRequiresCapability));
    }

    private static boolean isTimeout(Throwable thrown) {
        return thrown instanceof SocketTimeoutException
                || thrown instanceof TimeoutException
                // JGit's own, of which only the text tells that it is not an interruption.
                || (thrown instanceof InterruptedIOException
                        && String.valueOf(thrown.getMessage())
                                .toLowerCase(Locale.ROOT)
                                .contains("timed out"))
                || (thrown instanceof SshException
                        && String.valueOf(thrown.getMessage())
                                .toLowerCase(Locale.ROOT)
                                .contains("timeout"));
    }

    private static boolean says(List<Throwable> chain, String... words) {
        for (Throwable each : chain) {
            String text = String.valueOf(each.getMessage()).toLowerCase(Locale.ROOT);
            for (String word : words) {
                if (text.contains(word)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The innermost message, which is the one that says most. */
    private static String last(List<Throwable> chain) {
        String text = "";
        for (Throwable each : chain) {
            if (each.getMessage() != null && !each.getMessage().isBlank()) {
                text = each.getMessage();
            }
        }
        return text.isEmpty() ? chain.getLast().getClass().getSimpleName() : text;
    }

    private static List<Throwable> chain(Throwable thrown) {
        var chain = new ArrayList<Throwable>();
        for (Throwable each = thrown; each != null && chain.size() < 20; each = each.getCause()) {
            chain.add(each);
        }
        return chain;
    }

    private static String withoutUser(String target) {
        return target.replaceFirst("^([A-Za-z][A-Za-z0-9+.-]*://)[^/@]*@", "$1");
    }

    /** One line, not too long, with no password in it. */
    private String clean(String text) {
        String line = access.scrub(text).replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1) + "…";
    }

    private static MaterialException told(Kind kind, String message, Throwable cause) {
        return new MaterialException(kind, message, cause);
    }
}
