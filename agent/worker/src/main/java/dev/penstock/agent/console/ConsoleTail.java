package dev.penstock.agent.console;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The newest bytes of a console that is longer than its limit: the last two of a row of files, each named by where it
 * begins, so that the place is known after a restart too. Guarded by its owner's lock.
 */
final class ConsoleTail implements AutoCloseable {
    private static final String INFIX = ".console-tail-";

    private final Path base;
    private final int size;
    private final long begin;
    private @Nullable FileOutputStream out;
    private long newestBegin;
    private @Nullable Path older;
    private long end;

    private ConsoleTail(Path base, int size, long begin) {
        this.base = base;
        this.size = Math.max(1, size);
        this.begin = begin;
        this.end = begin;
    }

    /**
     * @param size how many bytes are kept at least, when there are so many
     * @param begin the offset at which the console left its ordinary file
     */
    static ConsoleTail open(Path base, int size, long begin) throws IOException {
        var tail = new ConsoleTail(base, size, begin);
        if (base.resolveSibling(base.getFileName() + ".console").toFile().length() < begin) {
            return tail; // nothing can have come here yet
        }
        List<Path> found = files(base);
        if (!found.isEmpty()) {
            tail.newestBegin = offset(found.getLast());
            tail.out = new FileOutputStream(found.getLast().toFile(), true);
            tail.end = tail.newestBegin + Files.size(found.getLast());
            tail.older = found.size() > 1 ? found.get(found.size() - 2) : null;
        }
        return tail;
    }

    static void deleteAll(Path base) throws IOException {
        for (Path file : files(base)) {
            Files.delete(file);
        }
    }

    /** Deletes its files, if it ever had any; to be closed before. */
    void deleteAll() throws IOException {
        if (out != null) {
            deleteAll(base);
        }
    }

    /** In the order of their offsets. */
    private static List<Path> files(Path base) {
        String prefix = base.getFileName() + INFIX;
        String[] names = base.resolveSibling(".").toFile().list((_, name) -> name.startsWith(prefix));
        return Arrays.stream(names == null ? new String[0] : names)
                .sorted()
                .map(base::resolveSibling)
                .toList();
    }

    boolean isEmpty() {
        return end == begin;
    }

    /** How many bytes came here. */
    long total() {
        return end - begin;
    }

    void append(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            FileOutputStream to = out;
            if (to == null || end - newestBegin >= size) {
                to = nextFile();
            }
            int part = (int) Math.min(length - done, size - (end - newestBegin));
            to.write(bytes, offset + done, part);
            done += part;
            end += part;
        }
    }

    /** The newest bytes, from the first full line on. */
    byte[] newest() throws IOException {
        int older = this.older == null ? 0 : (int) Math.max(0, size - (end - newestBegin));
        int newer = (int) (end - newestBegin);
        var all = new byte[older + newer];
        if (this.older != null) {
            read(this.older, Files.size(this.older) - older, all, 0, older);
        }
        read(file(newestBegin), 0, all, older, newer);
        int from = 0;
        if (all.length < total()) {
            while (from < all.length && all[from] != '\n') {
                from++;
            }
            // A single line that fills all of it is kept from anywhere.
            from = from == all.length ? 0 : from + 1;
        }
        return from == 0 ? all : Arrays.copyOfRange(all, from, all.length);
    }

    void delete() throws IOException {
        close();
        if (older != null) {
            Files.deleteIfExists(older);
        }
        Files.deleteIfExists(file(newestBegin));
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }

    private FileOutputStream nextFile() throws IOException {
        if (out != null) {
            out.close();
            if (older != null) {
                Files.deleteIfExists(older);
            }
            older = file(newestBegin);
        }
        newestBegin = end;
        var next = new FileOutputStream(file(newestBegin).toFile(), true);
        out = next;
        return next;
    }

    private static void read(Path file, long from, byte[] into, int at, int length) throws IOException {
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(from);
            in.readFully(into, at, length);
        }
    }

    private Path file(long from) {
        return base.resolveSibling(String.format(Locale.ROOT, "%s%s%020d", base.getFileName(), INFIX, from));
    }

    private static long offset(Path file) {
        String name = file.getFileName().toString();
        return Long.parseLong(name.substring(name.indexOf(INFIX) + INFIX.length()));
    }
}
