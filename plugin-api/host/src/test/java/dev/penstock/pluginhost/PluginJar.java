package dev.penstock.pluginhost;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** A plugin's jar, compiled and packed on the spot. Immutable: each method gives another jar. */
record PluginJar(Map<String, String> manifest, Map<String, byte[]> entries, List<String> index) {
    private static final Map<String, Map<String, byte[]>> COMPILED = new ConcurrentHashMap<>();

    /** A plugin with nothing in it, that is right so far. */
    static PluginJar of(String id) {
        var manifest = new LinkedHashMap<String, String>();
        manifest.put("Manifest-Version", "1.0");
        manifest.put("Plugin-Id", id);
        manifest.put("Plugin-Version", "1.0.0");
        manifest.put("Plugin-Requires", ">=1.0.0 & <2.0.0");
        manifest.put("Plugin-Provider", "Alma");
        manifest.put("Plugin-Description", "A plugin of the tests");
        return new PluginJar(manifest, Map.of(), List.of());
    }

    /** A plugin with one task type of the same id, whose run does what the Java text says. */
    static PluginJar task(String id, String run) {
        return of(id).type(Sources.task(id, run));
    }

    /** The same with another value in the manifest; an empty one removes it. */
    PluginJar with(String name, String value) {
        var more = new LinkedHashMap<>(manifest);
        if (value.isEmpty()) {
            more.remove(name);
        } else {
            more.put(name, value);
        }
        return new PluginJar(more, entries, index);
    }

    PluginJar version(String version) {
        return with("Plugin-Version", version);
    }

    /** The same with a class, compiled from its text, that is listed as an extension. */
    PluginJar type(Sources.Text source) {
        var names = Stream.concat(index.stream(), Stream.of(source.name())).toList();
        return new PluginJar(manifest, source(source).entries(), names);
    }

    /** The same with a class that is no extension. */
    PluginJar source(Sources.Text source) {
        PluginJar more = this;
        for (var compiled : compiled(source).entrySet()) {
            more = more.entry(compiled.getKey(), compiled.getValue());
        }
        return more;
    }

    /** The same with an entry. */
    PluginJar entry(String name, byte[] bytes) {
        var more = new LinkedHashMap<>(entries);
        more.put(name, bytes);
        return new PluginJar(manifest, more, index);
    }

    /** The same with names in the index of extensions, whether there are such classes or not. */
    PluginJar indexed(String... names) {
        return new PluginJar(manifest, entries, List.of(names));
    }

    /** The same with the jar of a class below {@code lib/}. */
    PluginJar library(String name, Sources.Text source) {
        return entry("lib/" + name, new PluginJar(Map.of(), compiled(source), List.of()).bytes());
    }

    byte[] bytes() {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            if (!manifest.isEmpty()) {
                var text = new StringBuilder();
                manifest.forEach((name, value) ->
                        text.append(name).append(": ").append(value).append("\r\n"));
                put(zip, "META-INF/MANIFEST.MF", (text + "\r\n").getBytes(StandardCharsets.UTF_8));
            }
            if (!index.isEmpty()) {
                put(zip, "META-INF/extensions.idx", String.join("\n", index).getBytes(StandardCharsets.UTF_8));
            }
            for (var entry : entries.entrySet()) {
                put(zip, entry.getKey(), entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    /** Writes the jar into a folder, as an operator drops one. */
    Path dropInto(Path folder, String fileName) throws IOException {
        return Files.write(folder.resolve(fileName), bytes());
    }

    private static Map<String, byte[]> compiled(Sources.Text source) {
        return COMPILED.computeIfAbsent(source.name() + source.java(), _ -> compile(source));
    }

    private static Map<String, byte[]> compile(Sources.Text source) {
        try {
            Path out = Files.createTempDirectory("compiled-");
            var file =
                    new SimpleJavaFileObject(
                            URI.create("string:///" + source.name().replace('.', '/') + ".java"),
                            JavaFileObject.Kind.SOURCE) {
                        @Override
                        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                            return source.java();
                        }
                    };
            var said = new StringWriter();
            boolean good = ToolProvider.getSystemJavaCompiler()
                    .getTask(
                            said,
                            null,
                            null,
                            List.of("-proc:none", "-d", out.toString(), "-cp", System.getProperty("java.class.path")),
                            null,
                            List.of(file))
                    .call();
            if (!good) {
                throw new IllegalStateException(source.java() + "\n" + said);
            }
            var classes = new LinkedHashMap<String, byte[]>();
            try (Stream<Path> files = Files.walk(out)) {
                for (Path each : files.filter(Files::isRegularFile).sorted().toList()) {
                    classes.put(out.relativize(each).toString().replace('\\', '/'), Files.readAllBytes(each));
                    Files.delete(each);
                }
            }
            JarCopy.deleteTree(out);
            return Map.copyOf(classes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For jars that are broken on purpose. */
    static Path drop(Path folder, String fileName, byte[] bytes) throws IOException {
        try (OutputStream out = Files.newOutputStream(folder.resolve(fileName))) {
            out.write(bytes);
        }
        return folder.resolve(fileName);
    }
}
