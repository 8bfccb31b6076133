package dev.penstock.plugins.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.common.digest.BuiltinDigests;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;
import org.jspecify.annotations.Nullable;

/**
 * The keys that an SSH host may show: those that the definition lists, or else those of the known_hosts file, to which the
 * key of a host that was never met is added. A key that differs is refused, always.
 */
final class HostKeys implements ServerKeyDatabase {
    private static final Pattern FINGERPRINT = Pattern.compile("SHA256:[A-Za-z0-9+/]{43}=?");
    /** Known hosts of a server with very many materials; more is no such file. */
    private static final long LARGEST_FILE = 4L << 20;
    /** Two calls that meet a host at the same time must not both write. */
    private static final ReentrantLock WRITING = new ReentrantLock();

    private final GitUrl url;
    private final List<String> listed;
    private final Path file;
    private final Traffic traffic;

    HostKeys(GitUrl url, List<String> listed, Path file, Traffic traffic) {
        this.url = url;
        this.listed = List.copyOf(listed);
        this.file = file;
        this.traffic = traffic;
    }

    /** What is wrong with a line of the option; empty when it is a fingerprint or a key. */
    static Optional<String> mistakeIn(String line) {
        if (FINGERPRINT.matcher(line).matches() || keyIn(line) != null || isHashedOrNamed(line)) {
            return Optional.empty();
        }
        String start = line.length() <= 40 ? line : line.substring(0, 39) + "…";
        return Optional.of("\"" + start + "\" is neither a line of a known_hosts file nor a fingerprint such as"
                + " SHA256:…; ssh-keyscan prints such lines");
    }

    private static boolean isHashedOrNamed(String line) {
        KnownHostEntry entry = entryIn(line);
        return entry != null && keyOf(entry) != null;
    }

    @Override
    public List<PublicKey> lookup(String connectAddress, InetSocketAddress remoteAddress, Configuration config) {
        var keys = new ArrayList<PublicKey>();
        if (listed.isEmpty()) {
            for (KnownHostEntry entry : known()) {
                PublicKey key = keyOf(entry);
                if (key != null && !"revoked".equals(entry.getMarker())) {
                    keys.add(key);
                }
            }
        } else {
            listed.stream().map(HostKeys::anyKeyIn).flatMap(Optional::stream).forEach(keys::add);
        }
        return keys;
    }

    @Override
    public boolean accept(
            String connectAddress,
            InetSocketAddress remoteAddress,
            PublicKey shown,
            Configuration config,
            @Nullable CredentialsProvider provider) {
        String print = fingerprint(shown);
        if (!listed.isEmpty()) {
            boolean good = listed.stream().anyMatch(line -> agrees(line, shown, print));
            if (!good) {
                traffic.untrusted("The SSH key of " + where() + " (" + print + ") is none of those that the option"
                        + " \"host_keys\" lists. If the host's owner has changed it, change the option");
            }
            return good;
        }
        WRITING.lock();
        try {
            List<KnownHostEntry> known = known();
            if (known.isEmpty()) {
                remember(shown);
                return true;
            }
            for (KnownHostEntry entry : known) {
                if (KeyUtils.compareKeys(keyOf(entry), shown)) {
                    boolean good = !"revoked".equals(entry.getMarker());
                    if (!good) {
                        traffic.untrusted(
                                "The SSH key of " + where() + " (" + print + ") is marked as revoked in " + file);
                    }
                    return good;
                }
            }
            traffic.untrusted("The SSH key of " + where() + " has changed to " + print
                    + ". Either its owner has changed"
                    + " it, or somebody else answers in its place. When you are sure, remove its line from " + file
                    + ", or list the new key in the option \"host_keys\"");
            return false;
        } catch (UncheckedIOException e) {
            traffic.untrusted("The SSH key of " + where() + " cannot be checked: " + e.getCause());
            return false;
        } finally {
            WRITING.unlock();
        }
    }

    private boolean agrees(String line, PublicKey shown, String print) {
        return line.equals(print)
                || (line.endsWith("=") && line.substring(0, line.length() - 1).equals(print))
                || anyKeyIn(line).map(key -> KeyUtils.compareKeys(key, shown)).orElse(false);
    }

    /** A key of the option: with a host before it, of which nothing is asked because the option is for one host, or bare. */
    private static Optional<PublicKey> anyKeyIn(String line) {
        PublicKey bare = keyIn(line);
        if (bare != null) {
            return Optional.of(bare);
        }
        KnownHostEntry entry = entryIn(line);
        return entry == null || entry.getMarker() != null ? Optional.empty() : Optional.ofNullable(keyOf(entry));
    }

    private List<KnownHostEntry> known() {
        var mine = new ArrayList<KnownHostEntry>();
        try {
            if (!Files.exists(file)) {
                return mine;
            }
            if (Files.size(file) > LARGEST_FILE) {
                throw new IOException(file + " has more than " + LARGEST_FILE + " bytes");
            }
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                KnownHostEntry entry = line.isBlank() || line.startsWith("#") ? null : entryIn(line);
                if (entry != null && entry.isHostMatch(url.bareHost(), url.effectivePort()) && keyOf(entry) != null) {
                    mine.add(entry);
                }
            }
            return mine;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void remember(PublicKey key) {
        String host = url.effectivePort() == 22 ? url.bareHost() : "[" + url.bareHost() + "]:" + url.effectivePort();
        try {
            Path folder = file.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(
                    file,
                    host + " " + PublicKeyEntry.toString(key) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable KnownHostEntry entryIn(String line) {
        try {
            return KnownHostEntry.parseKnownHostEntry(line);
        } catch (RuntimeException _) {
            // The library throws several kinds at lines that are none.
            return null;
        }
    }

    private static @Nullable PublicKey keyIn(String line) {
        try {
            return AuthorizedKeyEntry.parseAuthorizedKeyEntry(line)
                    .resolvePublicKey(null, PublicKeyEntryResolver.IGNORING);
        } catch (IOException | GeneralSecurityException | RuntimeException _) {
            return null;
        }
    }

    private static @Nullable PublicKey keyOf(KnownHostEntry entry) {
        try {
            return entry.getKeyEntry() == null
                    ? null
                    : entry.getKeyEntry().resolvePublicKey(null, PublicKeyEntryResolver.IGNORING);
        } catch (IOException | GeneralSecurityException | RuntimeException _) {
            return null;
        }
    }

    private static String fingerprint(PublicKey key) {
        return String.valueOf(KeyUtils.getFingerPrint(BuiltinDigests.sha256, key));
    }

    private String where() {
        return url.bareHost() + (url.effectivePort() == 22 ? "" : " port " + url.effectivePort());
    }
}
