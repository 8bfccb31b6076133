package dev.penstock.plugins.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.dircache.DirCacheIterator;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/**
 * Finds large files that a checkout will have to write. JGit holds a file that is stored as a difference in memory whole,
 * together with the one from which it differs, however large they are.
 */
record LargeFiles(Repository repository, Size size) {

    /** @throws Size.Exceeded if there is one */
    void check(ObjectId tree) throws IOException {
        if (size.equals(Size.ANY)) {
            return;
        }
        DirCache index = repository.readDirCache();
        changed(tree, index);
        touched(index);
    }

    /** Those of which the last checkout had another content, or none. */
    private void changed(ObjectId tree, DirCache index) throws IOException {
        try (TreeWalk walk = new TreeWalk(repository)) {
            walk.addTree(tree);
            walk.addTree(new DirCacheIterator(index));
            walk.setRecursive(true);
            walk.setFilter(TreeFilter.ANY_DIFF);
            while (walk.next()) {
                if ((walk.getRawMode(0) & FileMode.TYPE_MASK) == FileMode.TYPE_FILE) {
                    long bytes = walk.getObjectReader().getObjectSize(walk.getObjectId(0), Constants.OBJ_BLOB);
                    check(walk.getPathString(), bytes);
                }
            }
        }
    }

    /** Those that a job changed or deleted since. */
    private void touched(DirCache index) throws IOException {
        Path folder = repository.getWorkTree().toPath();
        for (int i = 0; i < index.getEntryCount(); i++) {
            DirCacheEntry entry = index.getEntry(i);
            if (entry.getLength() > size.objectBytes() && !isAsItWas(folder.resolve(entry.getPathString()), entry)) {
                check(entry.getPathString(), entry.getLength());
            }
        }
    }

    private static boolean isAsItWas(Path file, DirCacheEntry entry) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        var now = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return now.size() == entry.getLength()
                && now.lastModifiedTime().toMillis()
                        == entry.getLastModifiedInstant().toEpochMilli();
    }

    private void check(String path, long bytes) {
        if (bytes > size.objectBytes()) {
            throw new Size.Exceeded("file \"" + path + "\" has " + bytes + " bytes");
        }
    }
}
