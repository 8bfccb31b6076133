package dev.penstock.plugins.git;

import dev.penstock.plugin.material.MaterialContext;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ProgressMonitor;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryCache;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.FilterSpec;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;

/**
 * One repository elsewhere, for the time of one call: asks it, fetches from it, and says in words what went wrong. Used by
 * one thread.
 */
final class Remote implements AutoCloseable {
    /** So many names in a message help; more do not. */
    private static final int MOST_NAMES = 10;

    /** What a stopped fetch may take to close its files. */
    private static final Duration LAST_STEPS = Duration.ofSeconds(2);

    private static final FilterSpec NO_CONTENTS;

    static {
        try {
            NO_CONTENTS = FilterSpec.fromFilterLine("blob:none");
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final GitUrl url;
    private final Access access;
    private final MaterialContext context;
    private final Traffic traffic;
    private @Nullable SshGuard ssh;

    /**
     * What to fetch.
     *
     * @param refs what, and where to keep it; a bare commit id is possible, if the server allows it
     * @param depth how many commits deep; 0 for all
     * @param contents whether the contents of files are wanted, or just who changed which file
     */
    record Wanted(Collection<RefSpec> refs, int depth, boolean contents, TagOpt tags) {}

    Remote(GitUrl url, Access access, MaterialContext context, Traffic.Budget budget) {
        this.url = url;
        this.access = access;
        this.context = context;
        this.traffic = new Traffic(budget);
    }

    /** With a budget of its own. */
    static Remote of(GitSettings settings, MaterialContext context, Size size) {
        return new Remote(
                settings.url(), settings.access(), context, new Traffic.Budget(context.fetchLimitBytes(), size));
    }

    GitUrl url() {
        return url;
    }

    Access access() {
        return access;
    }

    Size size() {
        return traffic.size();
    }

    /** Whether it is a folder of this machine, which can be read in place. */
    boolean isLocal() {
        return url.kind() == GitUrl.Kind.LOCAL;
    }

    /** The newest commit of a ref: one question to the server, no process; of a local folder one look into a file. */
    Optional<ObjectId> tip(String ref) throws MaterialException, InterruptedException {
        if (isLocal()) {
            try (Repository repository = openLocal()) {
                return id(repository.exactRef(ref));
            } catch (IOException e) {
                throw failure(e);
            }
        }
        return asked(List.of(new RefSpec(ref)), connection -> id(connection.getRef(ref)));
    }

    /** Names of branches for a message, at most ten; and after them how many more there are. */
    List<String> branches() throws MaterialException, InterruptedException {
        List<String> names;
        if (isLocal()) {
            try (Repository repository = openLocal()) {
                names = repository.getRefDatabase().getRefsByPrefix(Constants.R_HEADS).stream()
                        .map(Ref::getName)
                        .toList();
            } catch (IOException e) {
                throw failure(e);
            }
        } else {
            names = asked(
                    List.of(new RefSpec(Constants.R_HEADS + "*:" + Constants.R_HEADS + "*")),
                    connection ->
                            connection.getRefs().stream().map(Ref::getName).toList());
        }
        return names.stream()
                .filter(name -> name.startsWith(Constants.R_HEADS))
                .map(name -> name.substring(Constants.R_HEADS.length()))
                .sorted()
                .limit(MOST_NAMES)
                .toList();
    }

    /** Fetches into a repository of ours. */
    void fetch(Repository into, Wanted wanted, ProgressMonitor monitor) throws MaterialException, InterruptedException {
        ready();
        if (isLocal()) {
            // Both sides are in this process then.
            try (Repository source = openLocal()) {
                traffic.size().check(source.getDirectory().toPath());
            } catch (IOException e) {
                throw failure(e);
            }
        }
        stoppable(() -> {
            try (Transport transport = open(into)) {
                transport.setTagOpt(wanted.tags());
                transport.setRemoveDeletedRefs(false);
                if (wanted.depth() > 0) {
                    transport.setDepth(wanted.depth());
                }
                if (!wanted.contents()) {
                    transport.setFilterSpec(NO_CONTENTS);
                }
                return transport.fetch(new Watched(into, isLocal(), traffic, monitor), wanted.refs());
            }
        });
    }

    /** The repository of a local folder, opened for reading. */
    Repository openLocal() throws MaterialException {
        Path folder = url.folder();
        demandAllowed(folder);
        try {
            Path real = folder.toRealPath();
            if (!real.equals(folder)) {
                demandAllowed(real);
            }
            Path inside = real.resolve(Constants.DOT_GIT);
            Path git = Files.isDirectory(inside, LinkOption.NOFOLLOW_LINKS) ? inside : real;
            if (!RepositoryCache.FileKey.isGitRepository(git.toFile(), FS.DETECTED)) {
                throw new MaterialException(Kind.NOT_FOUND, "Folder " + folder + " holds no git repository");
            }
            return new FileRepositoryBuilder()
                    .setFS(FS.DETECTED)
                    .setGitDir(git.toFile())
                    .setBare()
                    .setMustExist(true)
                    .build();
        } catch (IOException e) {
            if (Files.exists(folder)) {
                throw new MaterialException(
                        Kind.OTHER, "The repository in folder " + folder + " cannot be read: " + e.getMessage(), e);
            }
            throw new MaterialException(Kind.NOT_FOUND, "There is no folder " + folder, e);
        }
    }

    private void demandAllowed(Path folder) throws MaterialException {
        if (!context.allowsLocalFolder(folder)) {
            throw new MaterialException(
                    Kind.REFUSED,
                    "Folder " + folder + " is not among those from which materials may be read; the operator lists them"
                            + " in the setting materials.local-folders");
        }
    }

    /** A question that is answered from the list of refs. */
    @FunctionalInterface
    private interface Question<T> {
        T of(FetchConnection connection);
    }

    private <T> T asked(Collection<RefSpec> refs, Question<T> question) throws MaterialException, InterruptedException {
        ready();
        return stoppable(() -> {
            try (Transport transport = open(null);
                    FetchConnection connection = transport.openFetch(refs)) {
                return question.of(connection);
            }
        });
    }

    /**
     * Works on a thread of its own, of the kind of the caller's, so that the caller hears its interrupt: JGit's timers use
     * interrupts themselves and lose those of others. A blocked read ends at once on a virtual thread, and at the network
     * timeout on another.
     */
    private <T> T stoppable(Callable<T> work) throws MaterialException, InterruptedException {
        var task = new FutureTask<>(work);
        Thread.Builder kind = Thread.currentThread().isVirtual()
                ? Thread.ofVirtual()
                : Thread.ofPlatform().daemon();
        Thread worker = kind.name("git-" + url.bareHost()).start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw failure(e.getCause() instanceof Exception cause ? cause : e);
        } catch (InterruptedException e) {
            traffic.stop();
            worker.interrupt();
            worker.join(context.networkTimeout().plus(LAST_STEPS));
            throw e;
        }
    }

    private Transport open(@Nullable Repository into) throws IOException, MaterialException {
        var uri = url.jgit(access.sshUser());
        Transport transport;
        if (isLocal()) {
            try (Repository repository = openLocal()) {
                File git = repository.getDirectory();
                transport = Transport.open(into, uri.setPath(git.getPath()));
            }
        } else {
            transport = into == null ? Transport.open(uri) : Transport.open(into, uri);
        }
        transport.setTimeout(Math.clamp(context.networkTimeout().toSeconds(), 1, Integer.MAX_VALUE / 1_000));
        // Over HTTP the password goes with the first request; asked for again, it was wrong.
        transport.setCredentialsProvider(url.kind().isSsh() ? new OnlyPassword(access) : null);
        switch (transport) {
            case TransportHttp http -> {
                http.setHttpConnectionFactory(new HttpGuard(url, traffic));
                if (access.user() != null && access.password() != null) {
                    // At once, which saves a question per poll; it goes to this server only, as the guard sees to.
                    http.setPreemptiveBasicAuthentication(
                            access.user(), access.password().reveal());
                }
            }
            case SshTransport overSsh -> overSsh.setSshSessionFactory(ssh());
            default -> {
                if (!isLocal()) {
                    transport.close();
                    throw new TransportException("No transport for " + url.shown());
                }
            }
        }
        return transport;
    }

    private SshGuard ssh() throws MaterialException, IOException {
        if (ssh == null) {
            Path home = Files.createDirectories(context.cacheDirectory().resolve("no-home"));
            ssh = new SshGuard(url, access, context.knownHostsFile(), home, traffic);
        }
        return ssh;
    }

    /**
     * Refuses addresses at which no repository is: link-local ones, where clouds keep the credentials of their machines,
     * and those of no single host.
     */
    private void ready() throws MaterialException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (isLocal() || throughProxy()) {
            return;
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(url.bareHost())) {
                if (address.isLinkLocalAddress() || address.isMulticastAddress() || address.isAnyLocalAddress()) {
                    throw new MaterialException(
                            Kind.REFUSED,
                            "Host \"" + url.bareHost() + "\" has the address " + address.getHostAddress()
                                    + ", at which no repository may be read");
                }
            }
        } catch (UnknownHostException e) {
            throw Failures.unknownHost(url, e);
        }
    }

    private boolean throughProxy() {
        if (!url.kind().isHttp() || ProxySelector.getDefault() == null) {
            return false;
        }
        try {
            return ProxySelector.getDefault().select(URI.create(url.shown())).stream()
                    .anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static Optional<ObjectId> id(@Nullable Ref ref) {
        if (ref == null) {
            return Optional.empty();
        }
        return Optional.ofNullable(ref.getPeeledObjectId()).or(() -> Optional.ofNullable(ref.getObjectId()));
    }

    /** What went wrong, for people. */
    MaterialException failure(Exception thrown) throws InterruptedException {
        return new Failures(url, access, context.networkTimeout(), traffic).of(thrown);
    }

    @Override
    public void close() {
        if (ssh != null) {
            ssh.close();
        }
    }
}
