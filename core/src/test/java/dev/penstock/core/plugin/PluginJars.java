package dev.penstock.core.plugin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Makes plugin jars of task types: real classes, compiled here. */
public final class PluginJars {
    private static final String SOURCE = """
            package sample;
            import dev.penstock.plugin.*;
            import dev.penstock.plugin.option.*;
            import dev.penstock.plugin.task.*;
            import java.util.List;
            @org.pf4j.Extension
            public final class Sample implements TaskType {
                public Sample() throws Exception { CONSTRUCT }
                public String id() { return "TYPE"; }
                public Text label() { return Text.of("A TYPE", "한 TYPE"); }
                public List<Option> options() {
                    return List.of(
                        Option.of("target", OptionKind.TEXT, Text.of("Target", "대상")).asRequired(),
                        Option.of("key", OptionKind.SECRET, Text.of("Key", "키")),
                        Option.choice("mode", Text.of("Mode", "모드"), List.of("fast", "safe")).withDefault("safe"));
                }
                public List<Violation> validate(OptionValues values) {
                    VALIDATE
                    return values.require("target").equals("nowhere")
                        ? List.of(new Violation("target", "There is no way to \\"nowhere\\"")) : List.of();
                }
                public String summary(OptionValues values) { return "TYPE " + values.require("target"); }
                public TaskResult run(TaskContext context, OptionValues values) { return null; }
            }
            """;

    private static final String MATERIAL = """
            package sample;
            import dev.penstock.plugin.*;
            import dev.penstock.plugin.material.*;
            import dev.penstock.plugin.option.*;
            import java.util.*;
            @org.pf4j.Extension
            public final class Sample implements MaterialType {
                public String id() { return "TYPE"; }
                public Text label() { return Text.of("Some TYPE", "TYPE"); }
                public List<Option> options() { return List.of(); }
                public String displayName(OptionValues values) {
                    if (Boolean.getBoolean("BROKEN")) { throw new IllegalStateException("broken"); }
                    return "some TYPE";
                }
                public Optional<String> host(OptionValues values) { return Optional.empty(); }
                public void check(MaterialContext context, OptionValues values) {}
                public PollResult poll(MaterialContext context, OptionValues values, Optional<String> lastKnown) {
                    return null;
                }
                public void checkout(CheckoutContext context, OptionValues values, String revision) {}
            }
            """;

    private PluginJars() {}

    /** A jar whose plugin offers one material type; what it says of it fails while a system property is true. */
    public static Path material(Path jar, String id, String type, String broken) throws IOException {
        String source = MATERIAL.replace("TYPE", type).replace("BROKEN", broken);
        return write(jar, manifest(id, ">=1.0.0 & <2.0.0"), compile(source), "sample.Sample\n");
    }

    /** A jar whose plugin offers one task type and works. */
    public static Path good(Path jar, String id, String type) throws IOException {
        return jar(jar, id, type, "", "");
    }

    /** A jar whose type does something else when it is made or asked. */
    static Path jar(Path jar, String id, String type, String construct, String validate) throws IOException {
        String source =
                SOURCE.replace("TYPE", type).replace("CONSTRUCT", construct).replace("VALIDATE", validate);
        return write(jar, manifest(id, ">=1.0.0 & <2.0.0"), compile(source), "sample.Sample\n");
    }

    /** A jar for another version of the plugin API. */
    static Path forAnotherApi(Path jar, String id) throws IOException {
        String source = SOURCE.replace("TYPE", "other").replace("CONSTRUCT", "").replace("VALIDATE", "");
        return write(jar, manifest(id, ">=9.0.0"), compile(source), "sample.Sample\n");
    }

    private static Manifest manifest(String id, String requires) {
        var manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Plugin-Id", id);
        main.putValue("Plugin-Version", "1.2.3");
        main.putValue("Plugin-Provider", "tests");
        main.putValue("Plugin-Requires", requires);
        return manifest;
    }

    private static Path write(Path jar, Manifest manifest, Map<String, byte[]> classes, String index)
            throws IOException {
        Path draft = Files.createTempFile(jar.toAbsolutePath().getParent(), "draft", ".tmp");
        try (OutputStream out = Files.newOutputStream(draft);
                var entries = new JarOutputStream(out, manifest)) {
            for (var each : classes.entrySet()) {
                entries.putNextEntry(new ZipEntry(each.getKey()));
                entries.write(each.getValue());
            }
            entries.putNextEntry(new ZipEntry("META-INF/extensions.idx"));
            entries.write(index.getBytes(StandardCharsets.UTF_8));
        }
        return Files.move(draft, jar);
    }

    private static Map<String, byte[]> compile(String source) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, ByteArrayOutputStream> written = new HashMap<>();
        try (StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, null)) {
            var files = new ForwardingJavaFileManager<>(standard) {
                @Override
                public JavaFileObject getJavaFileForOutput(
                        Location location, String name, JavaFileObject.Kind kind, javax.tools.FileObject sibling) {
                    String entry = name.replace('.', '/') + ".class";
                    return new SimpleJavaFileObject(URI.create("memory:///" + entry), kind) {
                        @Override
                        public OutputStream openOutputStream() {
                            return written.computeIfAbsent(entry, _ -> new ByteArrayOutputStream());
                        }
                    };
                }
            };
            var unit =
                    new SimpleJavaFileObject(URI.create("memory:///sample/Sample.java"), JavaFileObject.Kind.SOURCE) {
                        @Override
                        public CharSequence getCharContent(boolean ignoreErrors) {
                            return source;
                        }
                    };
            List<String> options = List.of("-proc:none", "-cp", System.getProperty("java.class.path"));
            if (!compiler.getTask(null, files, null, options, null, List.of(unit))
                    .call()) {
                throw new IllegalStateException("The test's plugin does not compile");
            }
        }
        Map<String, byte[]> classes = new HashMap<>();
        written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
        return classes;
    }
}
