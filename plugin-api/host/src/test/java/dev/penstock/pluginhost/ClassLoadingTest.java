package dev.penstock.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.plugin.task.TaskType;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pf4j.JarPluginManager;

/** What a plugin sees. The first two tests show why the host has a rule of its own. */
class ClassLoadingTest {
    private static final String LOOKS_FOR_THE_HOST =
            "try { Class.forName(\"dev.penstock.pluginhost.PluginHost\", false, getClass().getClassLoader());"
                    + " context.console().out(\"found\"); }"
                    + " catch (ClassNotFoundException e) { context.console().out(\"not found\"); }"
                    + " return new TaskResult.Passed();";

    @TempDir
    Path root;

    private Hosts.Folders folders;

    @BeforeEach
    void makeFolders() throws Exception {
        folders = Hosts.Folders.in(root);
    }

    /** With the whole plugin API in it, as a build without "provided" packs it. */
    private static PluginJar withTheApiInside(PluginJar jar) throws Exception {
        PluginJar more = jar;
        for (String name : List.of("task/TaskType", "task/TaskResult", "task/TaskContext", "Text", "option/Option")) {
            String entry = "dev/penstock/plugin/" + name + ".class";
            try (InputStream in = TaskType.class.getClassLoader().getResourceAsStream(entry)) {
                more = more.entry(entry, Objects.requireNonNull(in).readAllBytes());
            }
        }
        return more;
    }

    @Test
    void stockLoadingLetsAPluginSeeTheHost() throws Exception {
        PluginJar.task("curious", LOOKS_FOR_THE_HOST).dropInto(folders.external(), "curious.jar");
        var stock = new JarPluginManager(folders.external());
        stock.loadPlugins();

        ClassLoader seen = stock.getPlugin("curious").getPluginClassLoader();

        assertThat(seen.loadClass("dev.penstock.pluginhost.PluginHost")).isEqualTo(PluginHost.class);
        stock.unloadPlugins();
    }

    @Test
    void stockLoadingOffersNothingOfAPluginThatPacksTheApi() throws Exception {
        withTheApiInside(PluginJar.task("packed", Sources.PASS)).dropInto(folders.external(), "packed.jar");
        var stock = new JarPluginManager(folders.external());
        stock.loadPlugins();
        stock.startPlugin("packed");

        assertThat(stock.getExtensions(TaskType.class, "packed")).isEmpty();
        stock.stopPlugin("packed");
        stock.unloadPlugins();
    }

    @Test
    void pluginDoesNotSeeTheHost() throws Exception {
        PluginJar.task("curious", LOOKS_FOR_THE_HOST).dropInto(folders.external(), "curious.jar");

        try (PluginHost host = folders.open()) {
            assertThat(Hosts.run(host, "curious")).containsExactly("not found");
        }
    }

    @Test
    void pluginThatPacksTheApiWorksLikeAnother() throws Exception {
        withTheApiInside(PluginJar.task("packed", Sources.PASS)).dropInto(folders.external(), "packed.jar");
        PluginJar.task("plain", Sources.PASS).dropInto(folders.external(), "plain.jar");

        try (PluginHost host = folders.open()) {
            assertThat(host.taskTypes()).extracting(TaskHandle::id).containsExactly("packed", "plain");
            assertThat(Hosts.run(host, "packed")).isEmpty();
        }
    }

    @Test
    void pluginSeesTheSharedPackagesAndTheJdkAndNothingElseOfTheHost() throws Exception {
        var wanted = new LinkedHashMap<String, Boolean>();
        wanted.put("org.slf4j.Logger", true);
        wanted.put("org.jspecify.annotations.Nullable", true);
        wanted.put("org.pf4j.Plugin", true);
        wanted.put("java.sql.Connection", true);
        wanted.put("com.sun.net.httpserver.HttpServer", true);
        wanted.put("ch.qos.logback.classic.Logger", false);
        wanted.put("org.junit.jupiter.api.Test", false);
        wanted.put("dev.penstock.plugins.Anything", false);
        var text = new StringBuilder();
        wanted.keySet()
                .forEach(name -> text.append("look(context, \"").append(name).append("\");"));
        PluginJar.of("curious")
                .type(Sources.task(
                        "curious",
                        text + Sources.PASS,
                        "void look(TaskContext context, String name) { try { Class.forName(name);"
                                + " context.console().out(name + \"=true\"); } catch (Throwable e) {"
                                + " context.console().out(name + \"=false\"); } }"))
                .dropInto(folders.external(), "curious.jar");

        try (PluginHost host = folders.open()) {
            assertThat(Hosts.run(host, "curious"))
                    .containsExactlyElementsOf(
                            wanted.entrySet().stream().map(Map.Entry::toString).toList());
        }
    }

    @Test
    void resourcesOfTheHostAreNotSeenAndItsOwnAre() throws Exception {
        PluginJar.task(
                        "reader",
                        "var loader = getClass().getClassLoader();"
                                + "try { for (String name : List.of(\"own.txt\", \"dev/penstock/plugin/Text.class\","
                                + " \"META-INF/extensions.idx\"))"
                                + " context.console().out(Collections.list(loader.getResources(name)).size() + \"\"); }"
                                + " catch (java.io.IOException e) { throw new RuntimeException(e); }"
                                + Sources.PASS)
                .entry("own.txt", new byte[] {1})
                .dropInto(folders.external(), "reader.jar");

        try (PluginHost host = folders.open()) {
            assertThat(Hosts.run(host, "reader")).containsExactly("1", "0", "1");
        }
    }

    @Test
    void nestedLibrariesAreFound() throws Exception {
        PluginJar.task(
                        "nested",
                        "try { context.console().out(Class.forName(\"bruno.Library\").getName()); }"
                                + " catch (ClassNotFoundException e) { context.console().out(\"missing\"); }"
                                + Sources.PASS)
                .library("library-1.0.jar", Sources.plain("bruno.Library", ""))
                .dropInto(folders.external(), "nested.jar");

        try (PluginHost host = folders.open()) {
            assertThat(Hosts.run(host, "nested")).containsExactly("bruno.Library");
        }
    }

    @Test
    void twoPluginsHaveTheirOwnClassesOfOneName() throws Exception {
        for (String who : List.of("alma", "bruno")) {
            PluginJar.task(
                            who,
                            "try { context.console().out(String.valueOf(Class.forName(\"shared.Name\")"
                                    + ".getField(\"WHO\").get(null))); }"
                                    + " catch (ReflectiveOperationException e) { throw new RuntimeException(e); }"
                                    + Sources.PASS)
                    .source(Sources.plain("shared.Name", "public static String WHO = \"" + who + "\";"))
                    .dropInto(folders.external(), who + ".jar");
        }

        try (PluginHost host = folders.open()) {
            assertThat(Hosts.run(host, "alma")).containsExactly("alma");
            assertThat(Hosts.run(host, "bruno")).containsExactly("bruno");
        }
    }

    @Test
    void contextClassLoaderIsThePluginsDuringACall() throws Exception {
        PluginJar.task(
                        "context",
                        "context.console().out(String.valueOf(Thread.currentThread().getContextClassLoader()"
                                + " == getClass().getClassLoader()));"
                                + Sources.PASS)
                .dropInto(folders.external(), "context.jar");
        ClassLoader before = Thread.currentThread().getContextClassLoader();

        try (PluginHost host = folders.open()) {
            assertThat(Hosts.run(host, "context")).containsExactly("true");
        }
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    /** Else each replacement of a plugin would keep its classes in memory for good. */
    @Test
    void classesOfARemovedPluginAreGivenBack() throws Exception {
        PluginJar.task("leaving", "System.getProperties().put(\"test.leaving\", getClass());" + Sources.PASS)
                .dropInto(folders.external(), "leaving.jar");
        try (PluginHost host = folders.open()) {
            Hosts.run(host, "leaving");
            var seen = new WeakReference<>(System.getProperties().remove("test.leaving"));
            Files.delete(folders.external().resolve("leaving.jar"));

            host.rescan();

            long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (seen.get() != null && System.nanoTime() < deadline) {
                System.gc();
                Thread.onSpinWait();
            }
            assertThat(seen.get()).isNull();
        }
    }
}
