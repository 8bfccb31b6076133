package dev.penstock.plugins.git;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * Removes from a clone's folder what a commit does not know, ignored files included, as {@code git clean -dffx} does; or,
 * where such files are to be kept, only what stands in the way: a file where a folder must be, and a link where a folder
 * must be above all, because files would be written through it to wherever it leads.
 */
record Leftovers(Repository repository, GitSettings settings) {

    /** An entry of a tree. */
    private record Known(FileMode mode, ObjectId id) {}

    /** Compares the folder with a tree, level by level. */
    void remove(ObjectId tree) throws IOException, InterruptedException {
        remove(repository.getWorkTree().toPath(), tree, true);
    }

    private void remove(Path folder, ObjectId tree, boolean top) throws IOException, InterruptedException {
        Map<String, Known> known = entries(tree);
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                String name = child.getFileName().toString();
                if (top && name.equals(Constants.DOT_GIT)) {
                    continue;
                }
                Known entry = known.get(name);
                if (entry == null) {
                    if (!settings.keepUntracked()) {
                        Disk.delete(child);
                    }
                } else if (FileMode.TREE.equals(entry.mode())) {
                    if (Disk.isFolder(child)) {
                        remove(child, entry.id(), false);
                    } else {
                        Disk.delete(child);
                    }
                } else if (FileMode.GITLINK.equals(entry.mode())) {
                    boolean unwanted = settings.submodules() == Submodules.Depth.NONE && !settings.keepUntracked();
                    if (!Disk.isFolder(child) || unwanted) {
                        Disk.delete(child);
                    }
                } else if (Disk.isFolder(child)) {
                    Disk.delete(child);
                }
            }
        }
    }

    private Map<String, Known> entries(ObjectId tree) throws IOException {
        var known = new HashMap<String, Known>();
        try (TreeWalk walk = new TreeWalk(repository)) {
            walk.addTree(new CanonicalTreeParser(null, walk.getObjectReader(), tree));
            while (walk.next()) {
                known.put(walk.getNameString(), new Known(walk.getFileMode(0), walk.getObjectId(0)));
            }
        }
        return known;
    }
}
