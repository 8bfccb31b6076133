package dev.penstock.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.plugin.task.TaskResult;
import dev.penstock.pluginhost.PluginCallException.Why;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jars come, change and go while the host works. */
@Timeout(60)
class ReplacingTest {

    @TempDir
    Path root;

    private Hosts.Folders folders;

    @BeforeEach
    void makeFolders() throws Exception {
        folders = Hosts.Folders.in(root);
    }

    private static PluginJar version(String version) {
        return PluginJar.task("changing", "context.console().out(\"" + version + "\");" + Sources.PASS)
                .version(version);
    }

    @Test
    void newJarIsFoundByARescan() throws Exception {
        try (PluginHost host = folders.open()) {
            assertThat(host.plugins()).isEmpty();
            version("1.0.0").dropInto(folders.external(), "changing.jar");

            assertThat(host.rescan()).extracting(InstalledPlugin::status).containsExactly(PluginStatus.ACTIVE);

            assertThat(Hosts.run(host, "changing")).containsExactly("1.0.0");
        }
    }

    @Test
    void changedJarTakesOver() throws Exception {
        version("1.0.0").dropInto(folders.external(), "changing.jar");
        try (PluginHost host = folders.open()) {
            TaskHandle old = host.taskType("changing").orElseThrow();
            version("2.0.0-longer").dropInto(folders.external(), "changing.jar");

            host.rescan();

            assertThat(Hosts.run(host, "changing")).containsExactly("2.0.0-longer");
            assertThat(Hosts.only(host).version()).isEqualTo("2.0.0-longer");
            assertThatThrownBy(() ->
                            old.run(new Hosts.Context(), old.read(Map.of()).values()))
                    .isInstanceOfSatisfying(
                            PluginCallException.class, e -> assertThat(e.why()).isEqualTo(Why.GONE));
        }
    }

    @Test
    void unchangedJarIsNotStartedAgain() throws Exception {
        version("1.0.0").dropInto(folders.external(), "changing.jar");
        try (PluginHost host = folders.open()) {
            TaskHandle before = host.taskType("changing").orElseThrow();
            InstalledPlugin listed = Hosts.only(host);

            host.rescan();

            assertThat(host.taskType("changing")).containsSame(before);
            assertThat(Hosts.only(host)).isEqualTo(listed);
        }
    }

    /** PF4J alone fails here with NoClassDefFoundError: the jar under a loaded plugin must not change. */
    @Test
    void runningCallEndsInTheVersionInWhichItBegan() throws Exception {
        PluginJar.task(
                        "changing",
                        "context.console().out(\"in\"); try { while (System.getProperty(\"test.replaced\") == null)"
                                + " Thread.sleep(5);"
                                + " context.console().out(Class.forName(\"alma.Late\").getField(\"WHO\").get(null) + \"\"); }"
                                + " catch (ReflectiveOperationException e) { throw new RuntimeException(e); }"
                                + Sources.PASS)
                .source(Sources.plain("alma.Late", "public static String WHO = \"first\";"))
                .dropInto(folders.external(), "changing.jar");
        System.clearProperty("test.replaced");
        try (PluginHost host = folders.open()) {
            TaskHandle first = host.taskType("changing").orElseThrow();
            var context = new Hosts.Context();
            var call = new FutureTask<>(
                    () -> first.run(context, first.read(Map.of()).values()));
            Thread.ofVirtual().start(call);
            while (context.lines().isEmpty()) {
                Thread.onSpinWait();
            }

            version("2.0.0").dropInto(folders.external(), "changing.jar");
            host.rescan();
            assertThat(Hosts.run(host, "changing")).containsExactly("2.0.0");
            System.setProperty("test.replaced", "yes");

            assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo(new TaskResult.Passed());
            assertThat(context.lines()).containsExactly("in", "first");
        } finally {
            System.clearProperty("test.replaced");
        }
    }

    @Test
    void badReplacementLeavesTheOldOneAtWorkAndSaysWhy() throws Exception {
        version("1.0.0").dropInto(folders.external(), "changing.jar");
        try (PluginHost host = folders.open()) {
            PluginJar.drop(folders.external(), "changing.jar", new byte[] {1, 2, 3});

            host.rescan();

            assertThat(Hosts.run(host, "changing")).containsExactly("1.0.0");
            assertThat(Hosts.only(host).status()).isEqualTo(PluginStatus.ACTIVE);
            assertThat(Hosts.only(host).reason())
                    .contains("Version 1.0.0 still runs", "cannot be used", "not a readable jar");

            version("3.0.0").dropInto(folders.external(), "changing.jar");
            host.rescan();

            assertThat(Hosts.run(host, "changing")).containsExactly("3.0.0");
            assertThat(Hosts.only(host).reason()).isEmpty();
        }
    }

    @Test
    void removedJarTakesItsTypesAway() throws Exception {
        version("1.0.0").dropInto(folders.external(), "changing.jar");
        try (PluginHost host = folders.open()) {
            Files.delete(folders.external().resolve("changing.jar"));

            host.rescan();

            assertThat(host.plugins()).isEmpty();
            assertThat(host.taskType("changing")).isEmpty();
        }
    }

    @Test
    void startAndStopOfThePluginAreCalled() throws Exception {
        PluginJar.task("changing", Sources.PASS)
                .source(Sources.plugin(
                        "Life",
                        "@Override public void start() { System.setProperty(\"test.life\", \"started\"); }"
                                + " @Override public void stop() { System.setProperty(\"test.life\", \"stopped\"); }"))
                .with("Plugin-Class", "alma.Life")
                .dropInto(folders.external(), "changing.jar");

        PluginHost host = folders.open();
        assertThat(System.getProperty("test.life")).isEqualTo("started");
        host.close();

        assertThat(System.clearProperty("test.life")).isEqualTo("stopped");
    }

    @Test
    void stopThatThrowsHindersNobody() throws Exception {
        PluginJar.task("changing", Sources.PASS)
                .source(Sources.plugin("Life", "@Override public void stop() { throw new StackOverflowError(); }"))
                .with("Plugin-Class", "alma.Life")
                .dropInto(folders.external(), "changing.jar");
        PluginHost host = folders.open();

        host.close();

        assertThat(host.taskTypes()).isEmpty();
        try (var copies = Files.list(folders.work())) {
            assertThat(copies.map(Path::getFileName).map(Path::toString)).containsExactly("starting");
        }
    }

    @Test
    void agentsGetTheBytesThatRun() throws Exception {
        byte[] bytes = version("1.0.0").bytes();
        PluginJar.drop(folders.external(), "changing.jar", bytes);
        try (PluginHost host = folders.open()) {
            PluginJarRef ref = host.taskType("changing").orElseThrow().plugin();

            assertThat(host.jar(ref.sha256()).orElseThrow()).hasBinaryContent(bytes);
            assertThat(ref.size()).isEqualTo(bytes.length);
            assertThat(host.jar("0".repeat(64))).isEmpty();
        }
    }

    @Test
    void copiesOfAnEarlierProcessAreCleanedUp() throws Exception {
        Files.createDirectories(folders.work().resolve("left-over"));
        Files.writeString(folders.work().resolve("left-over/plugin.jar"), "x");

        try (PluginHost host = folders.open()) {
            assertThat(host.plugins()).isEmpty();
            assertThat(folders.work().resolve("left-over")).doesNotExist();
        }
    }

    /** What the server names in a job is what the agent loads, by content. */
    @Test
    void shippedPluginIsLoadedByItsHash() throws Exception {
        Path jar = version("1.0.0").dropInto(folders.external(), "shipped.jar");
        PluginJarRef ref = refOf(jar);
        try (PluginHost agent = PluginHost.openEmpty(HostSettings.standard(root.resolve("agent"), new Hosts.Clock()));
                PluginSet plugins = agent.require(List.of(ref), _ -> jar)) {
            TaskHandle task = plugins.taskType("changing").orElseThrow();
            var context = new Hosts.Context();

            task.run(context, task.read(Map.of()).values());

            assertThat(context.lines()).containsExactly("1.0.0");
            assertThat(plugins.taskType("other")).isEmpty();
            assertThat(agent.taskTypes()).isEmpty();
        }
    }

    @Test
    void jarWithOtherBytesThanTheServerNamedIsRefused() throws Exception {
        PluginJarRef ref = refOf(version("1.0.0").dropInto(folders.external(), "shipped.jar"));
        Path other = version("6.6.6").dropInto(folders.external(), "other.jar");
        try (PluginHost agent = PluginHost.openEmpty(HostSettings.standard(root.resolve("agent"), new Hosts.Clock()))) {
            assertThatThrownBy(() -> agent.require(List.of(ref), _ -> other))
                    .isInstanceOf(PluginRefusedException.class)
                    .hasMessageContainingAll("changing 1.0.0", "not the jar that the server named");
        }
    }

    @Test
    void twoJobsUseTwoVersionsSideBySideAndLoadEachOnce() throws Exception {
        Path one = version("1.0.0").dropInto(folders.external(), "one.jar");
        Path two = version("2.0.0").dropInto(folders.external(), "two.jar");
        var asked = new AtomicInteger();
        try (PluginHost agent = PluginHost.openEmpty(HostSettings.standard(root.resolve("agent"), new Hosts.Clock()));
                PluginSet first = agent.require(List.of(refOf(one)), _ -> {
                    asked.incrementAndGet();
                    return one;
                });
                PluginSet second = agent.require(List.of(refOf(two)), _ -> two)) {
            agent.require(List.of(refOf(one)), _ -> {
                        asked.incrementAndGet();
                        return one;
                    })
                    .close();

            assertThat(List.of(first, second)).map(ReplacingTest::says).containsExactly("1.0.0", "2.0.0");
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void brokenShippedPluginFailsTheJobWithItsName() throws Exception {
        PluginJar jar = PluginJar.task("changing", Sources.PASS)
                .source(Sources.plugin(
                        "Life", "@Override public void start() { throw new IllegalStateException(\"no\"); }"))
                .with("Plugin-Class", "alma.Life");
        Path file = jar.dropInto(folders.external(), "bad.jar");
        try (PluginHost agent = PluginHost.openEmpty(HostSettings.standard(root.resolve("agent"), new Hosts.Clock()))) {
            assertThatThrownBy(() -> agent.require(List.of(refOf(file)), _ -> file))
                    .isInstanceOf(PluginRefusedException.class)
                    .hasMessageContainingAll("Plugin changing 1.0.0", "cannot be used", "no");
        }
    }

    private static String says(PluginSet plugins) {
        try {
            TaskHandle task = plugins.taskType("changing").orElseThrow();
            var context = new Hosts.Context();
            task.run(context, task.read(Map.of()).values());
            return context.lines().getFirst();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static PluginJarRef refOf(Path jar) throws Exception {
        byte[] bytes = Files.readAllBytes(jar);
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
        try (var zip = new JarFile(jar.toFile())) {
            String version = zip.getManifest().getMainAttributes().getValue("Plugin-Version");
            return new PluginJarRef("changing", version, HexFormat.of().formatHex(hash), bytes.length);
        }
    }

    @Test
    void closingWaitsForCallsAndNotForever() throws Exception {
        PluginJar.task("changing", "context.console().out(\"in\"); Thread.sleep(300); return new TaskResult.Passed();")
                .dropInto(folders.external(), "changing.jar");
        PluginHost host = folders.open();
        TaskHandle task = host.taskType("changing").orElseThrow();
        var context = new Hosts.Context();
        var call = new FutureTask<>(() -> task.run(context, task.read(Map.of()).values()));
        Thread.ofVirtual().start(call);
        while (context.lines().isEmpty()) {
            Thread.onSpinWait();
        }
        long before = System.nanoTime();

        host.close();

        assertThat(call.get(5, TimeUnit.SECONDS)).isEqualTo(new TaskResult.Passed());
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(9));
    }
}
