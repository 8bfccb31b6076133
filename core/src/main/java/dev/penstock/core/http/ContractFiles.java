package dev.penstock.core.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The files {@code openapi/*.yaml} beside this class, one for each feature, made one document: {@code base.yaml} says
 * what it is, the others add paths and components. What stands in two files is a mistake.
 */
public final class ContractFiles {
    private static final String FOLDER = "openapi/";
    private static final String BASE = "base.yaml";

    private ContractFiles() {}

    /** What requests are checked against. */
    public static Contract load() {
        return new Contract(document());
    }

    /** Reads and merges the files: maps, lists and scalars. */
    public static Map<String, Object> document() {
        try {
            Map<String, Map<String, Object>> files = parsed();
            Map<String, Object> base = files.remove(BASE);
            if (base == null) {
                throw new IllegalStateException(FOLDER + BASE + " is missing");
            }
            Map<String, Object> document = new LinkedHashMap<>(base);
            files.forEach((file, content) -> merge(document, file, content));
            return document;
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("The contract of the API cannot be read", e);
        }
    }

    private static void merge(Map<String, Object> document, String file, Map<String, Object> content) {
        content.forEach((key, value) -> {
            switch (key) {
                case "paths" -> mergeDeeply(document, "paths", Contract.map(value), file, 2);
                case "components" -> mergeDeeply(document, "components", Contract.map(value), file, 2);
                default ->
                    throw new IllegalStateException(file + " has \"" + key + "\"; it may have paths, components");
            }
        });
    }

    /** Adds entries to those of the same name, {@code depth} levels down; deeper ones must not be there yet. */
    private static void mergeDeeply(
            Map<String, Object> into, String key, Map<String, Object> more, String file, int depth) {
        Map<String, Object> merged = new LinkedHashMap<>(Contract.map(into.get(key)));
        more.forEach((name, value) -> {
            if (!merged.containsKey(name)) {
                merged.put(name, value);
            } else if (depth > 1) {
                mergeDeeply(merged, name, Contract.map(value), file, depth - 1);
            } else {
                throw new IllegalStateException(file + " says \"" + key + "/" + name + "\" once more");
            }
        });
        into.put(key, merged);
    }

    private static Map<String, Map<String, Object>> parsed() throws IOException, URISyntaxException {
        CodeSource source = ContractFiles.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new IOException("It is not known where the program's files are");
        }
        URI place = source.getLocation().toURI();
        Map<String, Map<String, Object>> files = new TreeMap<>();
        for (String name : names(Path.of(place))) {
            try (InputStream in = ContractFiles.class.getResourceAsStream("/" + FOLDER + name)) {
                if (in == null) {
                    throw new IOException(FOLDER + name + " is missing");
                }
                var settings = LoadSettings.builder().setLabel(name).build();
                files.put(name, new LinkedHashMap<>(Contract.map(new Load(settings).loadFromInputStream(in))));
            }
        }
        return files;
    }

    private static List<String> names(Path program) throws IOException {
        if (Files.isDirectory(program)) {
            try (Stream<Path> all = Files.list(program.resolve(FOLDER))) {
                return all.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".yaml"))
                        .toList();
            }
        }
        try (var jar = new JarFile(program.toFile())) {
            return jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.startsWith(FOLDER) && name.endsWith(".yaml"))
                    .map(name -> name.substring(FOLDER.length()))
                    .toList();
        }
    }
}
