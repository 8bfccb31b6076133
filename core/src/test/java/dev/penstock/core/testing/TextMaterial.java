package dev.penstock.core.testing;

import dev.penstock.pluginhost.HostSettings;
import dev.penstock.pluginhost.PluginFolder;
import dev.penstock.pluginhost.PluginHost;
import dev.penstock.pluginhost.PluginKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * A real plugin, compiled when first needed, with one material type {@code text}: a material whose revisions are the lines
 * of a {@link TextRepository}. It hangs, fails and throws when the repository says so.
 *
 * <p>Options: {@code path} of the file and {@code url} and {@code branch} (default {@code main}), which are the identity;
 * {@code host}, {@code password} (secret), {@code shallow}.
 */
public final class TextMaterial {
    public static final String TYPE = "text";
    public static final String PLUGIN = "test.text-material";

    private static final String CLASS = "testplugin.TextFileMaterial";
    private static byte @Nullable [] jar;

    private TextMaterial() {}

    /** A host in which the plugin runs; close it. */
    public static PluginHost host(Path folder) throws IOException {
        return PluginHost.open(
                List.of(new PluginFolder(plugins(folder), PluginKind.BUNDLED)),
                HostSettings.standard(folder.resolve("work"), InstantSource.system()));
    }

    /** A folder inside the given one in which nothing but the plugin's jar lies. */
    public static Path plugins(Path folder) throws IOException {
        Path plugins = Files.createDirectories(folder.resolve("plugins"));
        writeJar(plugins.resolve("text-material.jar"));
        return plugins;
    }

    /** Puts the plugin's jar at a place of the file system. */
    public static void writeJar(Path file) throws IOException {
        Files.write(file, jar());
    }

    private static synchronized byte[] jar() throws IOException {
        byte[] made = jar;
        if (made == null) {
            made = pack(compile());
            jar = made;
        }
        return made;
    }

    private static Map<String, byte[]> compile() throws IOException {
        String source;
        try (var in = TextMaterial.class.getResourceAsStream("/testplugin/TextFileMaterial.java.txt")) {
            if (in == null) {
                throw new IOException("The plugin's source is missing");
            }
            source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Path folder = Files.createTempDirectory("penstock-text-material");
        try {
            Path file = folder.resolve("TextFileMaterial.java");
            Files.writeString(file, source);
            var compiler = ToolProvider.getSystemJavaCompiler();
            var problems = new StringWriter();
            try (var files = compiler.getStandardFileManager(null, null, null)) {
                boolean good = compiler.getTask(
                                problems,
                                files,
                                null,
                                List.of(
                                        "-proc:none",
                                        "-d",
                                        folder.toString(),
                                        "-cp",
                                        System.getProperty("java.class.path")),
                                null,
                                files.getJavaFileObjects(file))
                        .call();
                if (!good) {
                    throw new IOException("The plugin does not compile: " + problems);
                }
            }
            return classes(folder);
        } finally {
            TestFolder.delete(folder);
        }
    }

    private static Map<String, byte[]> classes(Path folder) throws IOException {
        Map<String, byte[]> classes = new HashMap<>();
        try (var all = Files.walk(folder)) {
            for (Path file :
                    all.filter(path -> path.toString().endsWith(".class")).toList()) {
                classes.put(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        }
        return classes;
    }

    private static byte[] pack(Map<String, byte[]> classes) throws IOException {
        var manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Plugin-Id", PLUGIN);
        main.putValue("Plugin-Version", "1.0.0");
        main.putValue("Plugin-Requires", ">=1.0.0 & <2.0.0");
        var bytes = new ByteArrayOutputStream();
        try (var out = new JarOutputStream(bytes, manifest)) {
            add(out, "META-INF/extensions.idx", (CLASS + "\n").getBytes(StandardCharsets.UTF_8));
            for (var each : classes.entrySet()) {
                add(out, each.getKey(), each.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static void add(JarOutputStream out, String name, byte[] content) throws IOException {
        out.putNextEntry(new JarEntry(name));
        ((OutputStream) out).write(content);
        out.closeEntry();
    }
}
