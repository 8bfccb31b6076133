package dev.penstock.plugins.git;

import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/**
 * Checks out the submodules of a commit, each as a clone of its own in its folder. Their URLs come from the repository, so
 * they pass the same checks as the material's own, and its credentials go to its own server only.
 */
final class Submodules {
    private static final String GITMODULES = ".gitmodules";
    private static final int LARGEST_FILE = 1 << 20;
    private static final int MOST = 500;
    /** A repository that is a submodule of itself would never end. */
    private static final int DEEPEST = 10;

    private final Checkout checkout;
    private final Repository repository;
    private final GitUrl url;
    private final Access access;

    /** Which ones are wanted. */
    enum Depth {
        DIRECT,
        RECURSIVE,
        NONE;

        static Depth of(String choice) {
            return valueOf(choice.toUpperCase(Locale.ROOT));
        }
    }

    Submodules(Checkout checkout, Repository repository, GitUrl url, Access access) {
        this.checkout = checkout;
        this.repository = repository;
        this.url = url;
        this.access = access;
    }

    /** Checks out those of a tree, as far as the settings want them. */
    void bring(ObjectId tree, int depth) throws IOException, MaterialException, InterruptedException {
        boolean wanted = switch (checkout.settings().submodules()) {
            case NONE -> false;
            case DIRECT -> depth == 0;
            case RECURSIVE -> true;
        };
        Config modules = wanted ? modules(tree) : null;
        if (modules == null) {
            return;
        }
        if (depth >= DEEPEST) {
            throw new MaterialException(Kind.REFUSED, "Submodules are nested more than " + DEEPEST + " deep");
        }
        var names = modules.getSubsections("submodule");
        if (names.size() > MOST) {
            throw new MaterialException(
                    Kind.REFUSED,
                    url.shown() + " has " + names.size() + " submodules; at most " + MOST + " are possible");
        }
        for (String name : names) {
            String path = modules.getString("submodule", name, "path");
            String target = modules.getString("submodule", name, "url");
            ObjectId commit = path == null ? null : link(tree, path);
            if (path != null && commit != null) {
                bring(path, target == null ? "" : target, commit, depth);
            }
        }
    }

    private void bring(String path, String target, ObjectId commit, int depth)
            throws IOException, MaterialException, InterruptedException {
        Path folder = repository.getWorkTree().toPath();
        for (String segment : path.split("/", -1)) {
            folder = folder.resolve(segment);
            if (!Disk.isFolder(folder)) {
                throw new MaterialException(
                        Kind.REFUSED, "Submodule \"" + path + "\" cannot be checked out: its folder is not there");
            }
        }
        GitUrl from;
        try {
            from = url.submodule(target);
        } catch (GitUrl.NotAllowed e) {
            throw new MaterialException(
                    Kind.REFUSED, "Submodule \"" + path + "\" cannot be checked out: " + e.getMessage(), e);
        }
        try {
            checkout.bring(folder, from, access.at(url, from), null, commit, depth + 1);
        } catch (MaterialException e) {
            throw new MaterialException(e.kind(), "Submodule \"" + path + "\": " + e.getMessage(), e);
        }
    }

    /** The commit that a path of the tree links to; null when it is no submodule. */
    private @Nullable ObjectId link(ObjectId tree, String path) throws IOException {
        if (path.isBlank() || path.startsWith("/") || path.endsWith("/")) {
            return null;
        }
        try (TreeWalk walk = TreeWalk.forPath(repository, path, tree)) {
            return walk != null && FileMode.GITLINK.equals(walk.getFileMode(0)) ? walk.getObjectId(0) : null;
        }
    }

    private @Nullable Config modules(ObjectId tree) throws IOException, MaterialException {
        try (TreeWalk walk = TreeWalk.forPath(repository, GITMODULES, tree)) {
            // A link could lead to any file of this machine.
            if (walk == null || (walk.getRawMode(0) & FileMode.TYPE_MASK) != FileMode.TYPE_FILE) {
                return null;
            }
            ObjectLoader file = repository.open(walk.getObjectId(0), Constants.OBJ_BLOB);
            if (file.getSize() > LARGEST_FILE) {
                throw new MaterialException(Kind.REFUSED, GITMODULES + " has " + file.getSize() + " bytes");
            }
            var config = new Config();
            config.fromText(new String(file.getBytes(LARGEST_FILE), StandardCharsets.UTF_8));
            return config;
        } catch (ConfigInvalidException e) {
            throw new MaterialException(
                    Kind.REFUSED, GITMODULES + " of " + url.shown() + " cannot be read: " + e.getMessage(), e);
        }
    }
}
