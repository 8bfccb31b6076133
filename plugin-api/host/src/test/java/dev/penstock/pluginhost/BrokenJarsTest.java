package dev.penstock.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No jar, however broken, stops the host: it is listed with its reason, and the good one beside it works. */
@Timeout(60)
class BrokenJarsTest {

    @TempDir
    Path root;

    private Hosts.Folders folders;

    @BeforeEach
    void dropAGoodOne() throws Exception {
        folders = Hosts.Folders.in(root);
        PluginJar.task("good", Sources.PASS).dropInto(folders.bundled(), "good.jar");
    }

    /** Opens the host with one more jar, sees that the good one works, and says what became of the other. */
    private InstalledPlugin listed(byte[] jar) throws Exception {
        PluginJar.drop(folders.external(), "bad.jar", jar);
        return listed();
    }

    private InstalledPlugin listed(PluginJar jar) throws Exception {
        return listed(jar.bytes());
    }

    private InstalledPlugin listed() throws Exception {
        try (PluginHost host = folders.open()) {
            assertThat(Hosts.run(host, "good")).isEmpty();
            assertThat(host.plugins()).hasSize(2);
            assertThat(host.plugins().getFirst().status()).isEqualTo(PluginStatus.ACTIVE);
            InstalledPlugin bad = host.plugins().get(1);
            assertThat(bad.fileName()).isEqualTo("bad.jar");
            assertThat(bad.status() == PluginStatus.ACTIVE)
                    .isEqualTo(bad.reason().isEmpty());
            return bad;
        }
    }

    private static void assertBad(InstalledPlugin plugin, PluginStatus status, String... words) {
        assertThat(plugin.reason()).contains(words);
        assertThat(plugin.status()).isEqualTo(status);
        assertThat(plugin.taskTypes()).isEmpty();
    }

    @Test
    void emptyFile() throws Exception {
        assertBad(listed(new byte[0]), PluginStatus.UNREADABLE, "empty");
    }

    @Test
    void noise() throws Exception {
        byte[] noise = new byte[10_000];
        new Random(1).nextBytes(noise);

        assertBad(listed(noise), PluginStatus.UNREADABLE, "not a readable jar");
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 200, 1_000})
    void truncatedJar(int missing) throws Exception {
        byte[] whole = PluginJar.task("bad", Sources.PASS).bytes();

        assertBad(
                listed(Arrays.copyOf(whole, whole.length - missing)), PluginStatus.UNREADABLE, "truncated or corrupt");
    }

    @Test
    void jarWithAFlippedByteInAClass() throws Exception {
        byte[] bytes = PluginJar.task("bad", Sources.PASS).bytes();
        bytes[bytes.length / 2] ^= 0x55;

        InstalledPlugin plugin = listed(bytes);

        assertThat(plugin.status()).isNotEqualTo(PluginStatus.ACTIVE);
    }

    @Test
    void jarWithoutManifest() throws Exception {
        var jar = new PluginJar(Map.of(), PluginJar.task("bad", Sources.PASS).entries(), List.of("x"));

        assertBad(listed(jar), PluginStatus.INVALID, "META-INF/MANIFEST.MF", "Plugin-Id");
    }

    @ParameterizedTest
    @CsvSource({
        "Plugin-Id,'',has no Plugin-Id",
        "Plugin-Id,a b,is not of the form",
        "Plugin-Id,../x,is not of the form",
        "Plugin-Version,'',no Plugin-Version",
        "Plugin-Requires,'',no Plugin-Requires",
        "Plugin-Requires,whatever,not a version range",
        "Plugin-Dependencies,other,does not depend on other plugins",
    })
    void manifestWithAMistake(String name, String value, String reason) throws Exception {
        PluginJar jar = PluginJar.task("bad", Sources.PASS).with(name, value);

        assertBad(listed(jar), PluginStatus.INVALID, reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {">=2.0.0", "<1.0.0", "9.9.9", "~0.9"})
    void pluginForAnotherApi(String requires) throws Exception {
        PluginJar jar = PluginJar.task("bad", Sources.PASS).with("Plugin-Requires", requires);

        assertBad(listed(jar), PluginStatus.INCOMPATIBLE, requires, HostSettings.API_VERSION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0.0", ">=1.0.0", ">=0.9.0 & <2.0.0", "*", "~1.0"})
    void pluginForThisApi(String requires) throws Exception {
        PluginJar jar = PluginJar.task("fine", Sources.PASS).with("Plugin-Requires", requires);

        assertThat(listed(jar).status()).isEqualTo(PluginStatus.ACTIVE);
    }

    @Test
    void pluginForGocd() throws Exception {
        PluginJar jar = PluginJar.of("x")
                .with("Plugin-Id", "")
                .entry("plugin.xml", "<go-plugin/>".getBytes(StandardCharsets.UTF_8));

        assertBad(listed(jar), PluginStatus.INCOMPATIBLE, "plugin for GoCD");
    }

    @Test
    void pluginForANewerJava() throws Exception {
        PluginJar jar = PluginJar.task("bad", Sources.PASS);
        String name = jar.index().getFirst().replace('.', '/') + ".class";
        byte[] bytes = jar.entries().getOrDefault(name, new byte[0]).clone();
        bytes[7] = (byte) (Runtime.version().feature() + 44 + 1);

        assertBad(
                listed(jar.entry(name, bytes)),
                PluginStatus.INCOMPATIBLE,
                "needs Java " + (Runtime.version().feature() + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../escaped.txt", "/etc/escaped", "a/../../escaped", "C:/escaped", "a\\..\\escaped"})
    void entriesThatLeadOut(String name) throws Exception {
        PluginJar jar = PluginJar.task("bad", Sources.PASS).entry(name, new byte[] {1});

        assertBad(listed(jar), PluginStatus.UNREADABLE, "unsafe name");
        assertThat(root.resolve("escaped.txt")).doesNotExist();
    }

    @Test
    void libraryWithANameThatLeadsOutIsNotUnpacked() throws Exception {
        PluginJar jar = PluginJar.task("fine", Sources.PASS).entry("lib/a/b.jar", new byte[] {1});

        assertThat(listed(jar).status()).isEqualTo(PluginStatus.ACTIVE);
    }

    @Test
    void extensionThatIsNotInTheIndex() throws Exception {
        PluginJar jar = PluginJar.task("bad", Sources.PASS).indexed();

        assertBad(listed(jar), PluginStatus.INVALID, "does not list alma.Task", "-proc:full");
    }

    @Test
    void jarWithoutExtensions() throws Exception {
        assertBad(listed(PluginJar.of("bad")), PluginStatus.INVALID, "offers no extension");
    }

    @Test
    void indexOfAClassThatIsNotThere() throws Exception {
        assertBad(listed(PluginJar.of("bad").indexed("alma.Missing")), PluginStatus.FAILED, "alma.Missing");
    }

    @Test
    void extensionOfAnotherKind() throws Exception {
        PluginJar jar =
                PluginJar.of("bad").source(Sources.plain("alma.Thing", "")).indexed("alma.Thing");

        assertBad(listed(jar), PluginStatus.INVALID, "None of its extensions is a type");
    }

    @Test
    void extensionWithoutAnEmptyConstructor() throws Exception {
        PluginJar jar = PluginJar.of("bad")
                .source(Sources.plain("alma.Thing", "public Thing(int x) {}"))
                .indexed("alma.Thing");

        assertBad(listed(jar), PluginStatus.FAILED, "alma.Thing cannot be made");
    }

    @Test
    void sameIdTwice() throws Exception {
        InstalledPlugin twin = listed(PluginJar.task("GOOD", Sources.PASS));

        assertBad(twin, PluginStatus.DUPLICATE, "already there as good.jar");
    }

    @Test
    void duplicateTakesOverWhenTheFirstIsRemoved() throws Exception {
        PluginJar.task("good", "context.console().out(\"second\");" + Sources.PASS)
                .dropInto(folders.external(), "other.jar");
        try (PluginHost host = folders.open()) {
            Files.delete(folders.bundled().resolve("good.jar"));

            host.rescan();

            assertThat(Hosts.run(host, "good")).containsExactly("second");
        }
    }

    @Test
    void sameTypeTwice() throws Exception {
        PluginJar jar =
                PluginJar.of("other").type(Sources.task("good", Sources.PASS)).type(Sources.task("new", Sources.PASS));
        PluginJar.drop(folders.external(), "bad.jar", jar.bytes());

        try (PluginHost host = folders.open()) {
            InstalledPlugin other = host.plugins().get(1);
            assertThat(other.status()).isEqualTo(PluginStatus.ACTIVE);
            assertThat(other.taskTypes()).containsExactly("new");
            assertThat(other.reason()).contains("\"good\" is not used: plugin \"good\" already offers it");
            assertThat(host.taskType("good").orElseThrow().plugin().id()).isEqualTo("good");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exec", "fetch"})
    void typesOfTheProductCannotBeReplaced(String id) throws Exception {
        PluginJar.drop(
                folders.external(), "bad.jar", PluginJar.task(id, Sources.PASS).bytes());

        try (PluginHost host = folders.open()) {
            assertThat(host.taskType(id)).isEmpty();
            assertThat(host.plugins().get(1).reason()).contains("part of Penstock");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipeline", "dependency"})
    void materialsOfTheProductCannotBeReplaced(String id) throws Exception {
        PluginJar jar = PluginJar.of("other").type(Sources.material(id, "return new PollResult.Unchanged();"));
        PluginJar.drop(folders.external(), "bad.jar", jar.bytes());

        try (PluginHost host = folders.open()) {
            assertThat(host.materialType(id)).isEmpty();
            assertThat(host.plugins().get(1).reason()).contains("part of Penstock");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Not An Id", "", "a_b", "9"})
    void typeWithABadId(String id) throws Exception {
        assertBad(listed(PluginJar.of("bad").type(Sources.task(id, Sources.PASS))), PluginStatus.FAILED, "the type id");
    }

    @Test
    void typeWithTwoOptionsOfOneName() throws Exception {
        var source = Sources.task(
                "twice",
                Sources.PASS,
                "public List<Option> options() { var o = Option.of(\"a\", OptionKind.TEXT, Text.of(\"A\"));"
                        + " return List.of(o, o); }");

        assertBad(listed(PluginJar.of("bad").type(source)), PluginStatus.FAILED, "\"a\" twice");
    }

    @Test
    void typeWithMoreOptionsThanAForm() throws Exception {
        var source = Sources.task(
                "many",
                Sources.PASS,
                "public List<Option> options() { return java.util.stream.IntStream.range(0, 300)"
                        + ".mapToObj(i -> Option.of(\"o\" + i, OptionKind.TEXT, Text.of(\"x\"))).toList(); }");

        assertBad(listed(PluginJar.of("bad").type(source)), PluginStatus.FAILED, "300 options");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "throw new IllegalStateException(\"no licence\");|no licence",
                "throw new StackOverflowError();|StackOverflowError",
                "throw new NoClassDefFoundError(\"org/other/Thing\");|org/other/Thing",
                "start();|StackOverflowError",
            })
    void startThatThrows(String body, String reason) throws Exception {
        PluginJar jar = PluginJar.task("bad", Sources.PASS)
                .source(Sources.plugin("Throws", "@Override public void start() { " + body + " }"))
                .with("Plugin-Class", "alma.Throws");

        assertBad(listed(jar), PluginStatus.FAILED, "did not start", reason);
    }

    @Test
    void constructorThatThrowsIsToldWithItsCause() throws Exception {
        PluginJar plugin = PluginJar.task("bad", Sources.PASS)
                .source(Sources.plugin("Broken", "public Broken() { throw new IllegalStateException(\"the cause\"); }"))
                .with("Plugin-Class", "alma.Broken");
        assertBad(listed(plugin), PluginStatus.FAILED, "the cause");

        PluginJar extension = PluginJar.of("bad")
                .source(Sources.plain("alma.Bad", "public Bad() { throw new IllegalStateException(\"of the type\"); }"))
                .indexed("alma.Bad");
        assertBad(listed(extension), PluginStatus.FAILED, "of the type");
    }

    @Test
    void staticBlockThatThrowsIsToldWithItsCause() throws Exception {
        PluginJar jar = PluginJar.of("bad")
                .source(Sources.plain(
                        "alma.Bad", "static { if (true) throw new IllegalStateException(\"static cause\"); }"))
                .indexed("alma.Bad");

        assertBad(listed(jar), PluginStatus.FAILED, "static cause");
    }

    @Test
    void pluginClassThatIsNone() throws Exception {
        PluginJar jar = PluginJar.task("bad", Sources.PASS)
                .source(Sources.plain("alma.NoPlugin", ""))
                .with("Plugin-Class", "alma.NoPlugin");

        assertBad(listed(jar), PluginStatus.FAILED, "does not extend org.pf4j.Plugin");
    }

    /** Asleep and deaf, or busy. */
    @Test
    void startsThatHangCostOneDeadlineTogether() throws Exception {
        String asleep = "try { Thread.sleep(600_000); } catch (InterruptedException e) { start(); }";
        String busy = "long end = System.nanoTime() + 8_000_000_000L; while (System.nanoTime() < end) {}";
        for (String body : List.of(asleep, busy)) {
            String id = body.equals(busy) ? "busy" : "asleep";
            PluginJar.task(id, Sources.PASS)
                    .source(Sources.plugin("Hangs", "@Override public void start() { " + body + " }"))
                    .with("Plugin-Class", "alma.Hangs")
                    .dropInto(folders.external(), id + ".jar");
        }
        long before = System.nanoTime();

        try (PluginHost host = folders.open()) {
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Hosts.SHORT.multipliedBy(2));
            assertThat(Hosts.run(host, "good")).isEmpty();
            for (InstalledPlugin hanging : host.plugins().subList(1, 3)) {
                assertBad(hanging, PluginStatus.HANGING, "did not start within 2000 ms", "alma.Hangs.start");
            }
        }
    }

    /** It cannot be hindered from ending the process; but not for ever. */
    @Test
    void jarThatEndsTheProcessIsLeftAloneAfterTheSecondTime() throws Exception {
        PluginJar.task("ends", Sources.PASS)
                .source(Sources.plugin("Ends", "@Override public void start() { System.exit(7); }"))
                .with("Plugin-Class", "alma.Ends")
                .dropInto(folders.external(), "ends.jar");

        assertThat(process()).startsWith("exit 7");
        assertThat(process()).startsWith("exit 7");
        String third = process();

        assertThat(third).contains("exit 0", "good ACTIVE", "ends QUARANTINED", "ended 2 times");

        PluginJar.task("ends", Sources.PASS).dropInto(folders.external(), "ends.jar");

        assertThat(process()).contains("exit 0", "ends ACTIVE");
    }

    /** Opens the host on the folders in a process of its own. */
    private String process() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        root.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return "exit " + process.exitValue() + "\n" + said;
    }

    /** A host that says what it found. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) throws Exception {
            try (PluginHost host = Hosts.Folders.in(Path.of(arguments[0])).open()) {
                for (InstalledPlugin plugin : host.plugins()) {
                    System.out.println(plugin.id() + " " + plugin.status() + " " + plugin.reason());
                }
            }
        }
    }

    @Test
    void folderThatIsNotThereIsEmpty() throws Exception {
        JarCopy.deleteTree(folders.external());

        try (PluginHost host = folders.open()) {
            assertThat(host.plugins()).hasSize(1);
        }
    }

    @Test
    void whatIsNoJarIsNotLookedAt() throws Exception {
        Files.writeString(folders.external().resolve("README.txt"), "put jars here");
        Files.createDirectory(folders.external().resolve("folder.jar"));

        try (PluginHost host = folders.open()) {
            assertThat(host.plugins()).hasSize(1);
        }
    }
}
