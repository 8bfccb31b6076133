package dev.penstock.core.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** What {@link TextMaterial} reads: revisions in a file, and how the host of them behaves. Changes are seen as a whole. */
public final class TextRepository {
    private final Path file;
    private final List<String> revisions = new ArrayList<>();
    private String mood = "";

    public TextRepository(Path file) {
        this.file = file;
        save();
    }

    public Path file() {
        return file;
    }

    /** Adds a revision by Ada that changes these files. */
    public synchronized TextRepository commit(String revision, String... files) {
        revisions.add(revision + "|Ada <ada@example.org>|Change " + revision + "|" + String.join(",", files));
        return save();
    }

    /** Forgets everything and begins anew, as a force-push does. */
    public synchronized TextRepository rewrite(String revision, String... files) {
        revisions.clear();
        return commit(revision, files);
    }

    /** Every question fails. */
    public synchronized TextRepository fail(String kind, String message) {
        return mood("!fail " + kind + " " + message);
    }

    /** No question is answered. */
    public synchronized TextRepository hang() {
        return mood("!hang");
    }

    /** Every question makes the plugin throw what it must not throw. */
    public synchronized TextRepository crash() {
        return mood("!crash");
    }

    /** Only who gives this password gets an answer. */
    public synchronized TextRepository demand(String password) {
        return mood("!password " + password);
    }

    /** Answers again; questions that hang are answered too. */
    public synchronized TextRepository recover() {
        return mood("");
    }

    private TextRepository mood(String line) {
        mood = line;
        return save();
    }

    /** How many questions were asked. */
    public long questions() {
        try {
            Path asked = Path.of(file + ".asked");
            return Files.exists(asked) ? Files.size(asked) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TextRepository save() {
        try {
            Path draft = Path.of(file + ".draft");
            Files.writeString(draft, mood + "\n" + String.join("\n", revisions) + "\n");
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
