package dev.penstock.pluginhost;

import static dev.penstock.pluginhost.PluginStatus.INCOMPATIBLE;
import static dev.penstock.pluginhost.PluginStatus.INVALID;
import static dev.penstock.pluginhost.PluginStatus.UNREADABLE;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes.Name;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.pf4j.DefaultVersionManager;

/** Reads what a jar says about itself, and refuses it with a reason before any of its code runs. */
final class JarReader {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}");
    private static final Pattern PLAIN_VERSION = Pattern.compile("\\d+\\.\\d+\\.\\d+");
    private static final String INDEX = "META-INF/extensions.idx";
    private static final byte[] EXTENSION = "Lorg/pf4j/Extension;".getBytes(StandardCharsets.US_ASCII);
    /** The largest real plugin has 14,000 entries. */
    private static final int MOST_ENTRIES = 60_000;
    /** Java itself refuses methods over 64 KiB; a class file of this size is none. */
    private static final int LARGEST_CLASS = 16 << 20;

    private static final int LONGEST_WORD = 200;
    private static final int CLASS_MAGIC = 0xCAFEBABE;
    /** Java N reads class files up to version N + 44. */
    private static final int CLASS_VERSION_OFFSET = 44;

    private JarReader() {}

    /** Checks the jar and reads its manifest and extension index. */
    static JarFacts read(Path file, String apiVersion) throws IOException, PluginRefusedException {
        try (var jar = new JarFile(file.toFile(), false)) {
            Scan scan = scan(jar);
            Manifest manifest = jar.getManifest();
            if (manifest == null) {
                throw new PluginRefusedException(
                        INVALID, "It has no META-INF/MANIFEST.MF, which must name Plugin-Id and Plugin-Version");
            }
            JarFacts facts = facts(manifest, index(jar), scan.gocd());
            checkRequires(facts, apiVersion);
            checkIndex(facts, scan.extensions());
            return facts;
        } catch (IllegalArgumentException e) {
            // Entry names that are no UTF-8, attributes that the manifest reader refuses.
            throw new PluginRefusedException(UNREADABLE, "It is not a readable jar: " + e.getMessage(), e);
        }
    }

    /** What walking over the entries gave. */
    private record Scan(Set<String> extensions, boolean gocd) {}

    private static Scan scan(JarFile jar) throws IOException, PluginRefusedException {
        if (jar.size() > MOST_ENTRIES) {
            throw new PluginRefusedException(
                    INVALID, "It has " + jar.size() + " entries; at most " + MOST_ENTRIES + " are possible");
        }
        var extensions = new LinkedHashSet<String>();
        boolean gocd = false;
        for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
            JarEntry entry = entries.nextElement();
            String name = entry.getName();
            checkName(name);
            gocd |= name.equals("plugin.xml") || name.equals("gocd-bundle.xml");
            if (name.endsWith(".class") && !name.startsWith("META-INF/") && !name.equals("module-info.class")) {
                byte[] bytes;
                try (InputStream in = jar.getInputStream(entry)) {
                    bytes = in.readNBytes(LARGEST_CLASS);
                }
                checkClassVersion(name, bytes);
                if (isExtension(name, bytes)) {
                    extensions.add(
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'));
                }
            }
        }
        return new Scan(extensions, gocd);
    }

    private static void checkName(String name) throws PluginRefusedException {
        boolean safe = !name.startsWith("/")
                && name.indexOf('\\') < 0
                && name.indexOf(0) < 0
                && !name.matches("[A-Za-z]:.*")
                && !List.of(name.split("/")).contains("..");
        if (!safe) {
            throw new PluginRefusedException(
                    UNREADABLE, "Its entry \"" + name + "\" has an unsafe name that leads out of the jar's folder");
        }
    }

    private static void checkClassVersion(String name, byte[] bytes) throws PluginRefusedException {
        if (bytes.length < 8
                || ((bytes[0] & 0xFF) << 24 | (bytes[1] & 0xFF) << 16 | (bytes[2] & 0xFF) << 8 | (bytes[3] & 0xFF))
                        != CLASS_MAGIC) {
            throw new PluginRefusedException(UNREADABLE, "Its entry \"" + name + "\" is not a class file");
        }
        int needs = ((bytes[6] & 0xFF) << 8 | (bytes[7] & 0xFF)) - CLASS_VERSION_OFFSET;
        int has = Runtime.version().feature();
        if (needs > has) {
            throw new PluginRefusedException(
                    INCOMPATIBLE, "It needs Java " + needs + "; this process runs on Java " + has);
        }
    }

    /** Whether the class carries PF4J's annotation, found without loading it. */
    private static boolean isExtension(String name, byte[] bytes) throws PluginRefusedException {
        if (!contains(bytes, EXTENSION)) {
            return false;
        }
        try {
            return ClassFile.of().parse(bytes).findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                    .flatMap(attribute -> attribute.annotations().stream())
                    .anyMatch(annotation -> annotation.className().stringValue().equals("Lorg/pf4j/Extension;"));
        } catch (RuntimeException e) {
            throw new PluginRefusedException(UNREADABLE, "Its class file \"" + name + "\" is corrupt", e);
        }
    }

    private static boolean contains(byte[] bytes, byte[] wanted) {
        for (int i = 0; i <= bytes.length - wanted.length; i++) {
            int j = 0;
            while (j < wanted.length && bytes[i + j] == wanted[j]) {
                j++;
            }
            if (j == wanted.length) {
                return true;
            }
        }
        return false;
    }

    private static List<String> index(JarFile jar) throws IOException {
        JarEntry entry = jar.getJarEntry(INDEX);
        if (entry == null) {
            return List.of();
        }
        var names = new ArrayList<String>();
        try (InputStream in = jar.getInputStream(entry)) {
            for (String line : new String(in.readNBytes(LARGEST_CLASS), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                String name = line.replaceFirst("#.*", "").strip();
                if (!name.isEmpty() && !names.contains(name)) {
                    names.add(name);
                }
            }
        }
        return List.copyOf(names);
    }

    private static JarFacts facts(Manifest manifest, List<String> extensions, boolean gocd)
            throws PluginRefusedException {
        String id = word(manifest, "Plugin-Id");
        if (id.isEmpty()) {
            throw new PluginRefusedException(
                    gocd ? INCOMPATIBLE : INVALID,
                    gocd
                            ? "It is a plugin for GoCD, which this version cannot run; look for the Penstock plugin"
                                    + " that does the same"
                            : "Its manifest has no Plugin-Id, so it is no Penstock plugin");
        }
        if (!ID.matcher(id).matches()) {
            throw new PluginRefusedException(
                    INVALID, "Its Plugin-Id \"" + id + "\" is not of the form " + ID.pattern());
        }
        String version = word(manifest, "Plugin-Version");
        if (version.isEmpty()) {
            throw new PluginRefusedException(INVALID, "Its manifest has no Plugin-Version");
        }
        if (!word(manifest, "Plugin-Dependencies").isEmpty()) {
            throw new PluginRefusedException(
                    INVALID,
                    "Its manifest has Plugin-Dependencies; a plugin brings what it needs in its own lib folder and"
                            + " does not depend on other plugins");
        }
        return new JarFacts(
                id,
                version,
                word(manifest, "Plugin-Requires"),
                word(manifest, "Plugin-Provider"),
                word(manifest, "Plugin-Description"),
                word(manifest, "Plugin-License"),
                word(manifest, "Plugin-Class"),
                extensions);
    }

    private static String word(Manifest manifest, String name) {
        String value = manifest.getMainAttributes().getValue(new Name(name));
        String word = value == null ? "" : value.strip();
        return word.length() <= LONGEST_WORD ? word : word.substring(0, LONGEST_WORD);
    }

    private static void checkRequires(JarFacts facts, String apiVersion) throws PluginRefusedException {
        String requires = facts.requires();
        if (requires.isEmpty()) {
            throw new PluginRefusedException(
                    INVALID,
                    "Its manifest has no Plugin-Requires; write the versions of the plugin API that it works with,"
                            + " such as \">=" + apiVersion + " & <2.0.0\"");
        }
        boolean fits;
        try {
            String range = PLAIN_VERSION.matcher(requires).matches() ? ">=" + requires : requires;
            fits = new DefaultVersionManager().checkVersionConstraint(apiVersion, range);
        } catch (RuntimeException e) {
            throw new PluginRefusedException(
                    INVALID, "Its Plugin-Requires \"" + requires + "\" is not a version range", e);
        }
        if (!fits) {
            throw new PluginRefusedException(
                    INCOMPATIBLE, "It requires plugin API \"" + requires + "\"; this version offers " + apiVersion);
        }
    }

    private static void checkIndex(JarFacts facts, Set<String> annotated) throws PluginRefusedException {
        var missing = new LinkedHashSet<>(annotated);
        missing.removeAll(facts.extensions());
        if (!missing.isEmpty()) {
            throw new PluginRefusedException(
                    INVALID,
                    "Its " + INDEX + " does not list " + String.join(", ", missing)
                            + "; build it with PF4J's annotation processor switched on (javac -proc:full)");
        }
        if (facts.extensions().isEmpty()) {
            throw new PluginRefusedException(
                    INVALID, "It offers no extension: " + INDEX + " is missing or names no class");
        }
    }
}
