package dev.penstock.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.config.model.TypeCatalog.DescribedType;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.testing.WithDatabase;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.pluginhost.CallLimits;
import dev.penstock.pluginhost.HostSettings;
import dev.penstock.pluginhost.InstalledPlugin;
import dev.penstock.pluginhost.PluginFolder;
import dev.penstock.pluginhost.PluginKind;
import dev.penstock.pluginhost.PluginStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
class PluginFeatureTest {
    private final Database database;
    private final EventStore events;
    private final List<PluginFeature> opened = new ArrayList<>();

    @TempDir
    private Path home;

    private Path bundled;
    private Path external;

    PluginFeatureTest(Database database, EventStore events) {
        this.database = database;
        this.events = events;
    }

    @BeforeEach
    void makeFolders() throws IOException {
        bundled = Files.createDirectories(home.resolve("bundled"));
        external = Files.createDirectories(home.resolve("external"));
        database.useTransaction(tx -> tx.execute("TRUNCATE event, audit"));
    }

    @AfterEach
    void close() {
        for (PluginFeature feature : opened) {
            feature.workers().forEach(worker -> worker.stop(Duration.ofSeconds(10)));
            feature.close();
        }
    }

    @Test
    void offersTheTypesOfRunningPlugins() throws IOException {
        PluginJars.good(bundled.resolve("deploy.jar"), "deploy-task", "deploy");

        PluginFeature feature = open();

        DescribedType deploy = feature.types().task("deploy").orElseThrow();
        assertThat(feature.types().taskIds()).containsExactly("deploy");
        assertThat(deploy.label().korean()).isEqualTo("한 deploy");
        assertThat(deploy.options()).extracting(Option::name).containsExactly("target", "key", "mode");
    }

    @Test
    void asksThePluginAboutValuesWithoutTellingSecrets() throws IOException {
        PluginJars.good(bundled.resolve("deploy.jar"), "deploy-task", "deploy");
        PluginFeature feature = open();

        DescribedType deploy = feature.types().task("deploy").orElseThrow();

        assertThat(deploy.validate(Map.of("target", "here", "key", new SecretRef(7))))
                .isEmpty();
        assertThat(deploy.validate(Map.of("target", "nowhere")))
                .extracting(Violation::path)
                .containsExactly("target");
    }

    @Test
    void saysThatAPluginCouldNotCheckInsteadOfFailing() throws IOException {
        PluginJars.jar(
                bundled.resolve("deploy.jar"), "deploy-task", "deploy", "", "if (true) throw new Error(\"oops\");");
        PluginFeature feature = open();

        DescribedType deploy = feature.types().task("deploy").orElseThrow();

        assertThat(deploy.validate(Map.of("target", "here")))
                .singleElement()
                .satisfies(found -> assertThat(found.message()).contains("Plugin \"deploy-task\" could not check it"));
    }

    @Test
    void listsEveryBrokenJarWithItsReasonAndGoesOnWithTheGoodOnes() throws IOException {
        Path good = PluginJars.good(bundled.resolve("a-good.jar"), "good", "deploy");
        byte[] bytes = Files.readAllBytes(good);
        Files.write(external.resolve("b-empty.jar"), new byte[0]);
        Files.writeString(external.resolve("c-corrupt.jar"), "PK this is no jar");
        Files.write(external.resolve("d-truncated.jar"), Arrays.copyOf(bytes, bytes.length / 2));
        PluginJars.good(external.resolve("e-duplicate.jar"), "GOOD", "again");
        PluginJars.forAnotherApi(external.resolve("f-newer.jar"), "newer");
        PluginJars.jar(external.resolve("g-hanging.jar"), "hanging", "hang", "Thread.sleep(100_000);", "");
        PluginJars.jar(external.resolve("h-failing.jar"), "failing", "fail", "throw new Error(\"no\");", "");
        Files.writeString(external.resolve("readme.txt"), "not a jar");

        PluginFeature feature = open();

        assertThat(feature.plugins().all())
                .extracting(InstalledPlugin::fileName, InstalledPlugin::status)
                .containsExactly(
                        row("a-good.jar", PluginStatus.ACTIVE),
                        row("b-empty.jar", PluginStatus.UNREADABLE),
                        row("c-corrupt.jar", PluginStatus.UNREADABLE),
                        row("d-truncated.jar", PluginStatus.UNREADABLE),
                        row("e-duplicate.jar", PluginStatus.DUPLICATE),
                        row("f-newer.jar", PluginStatus.INCOMPATIBLE),
                        row("g-hanging.jar", PluginStatus.HANGING),
                        row("h-failing.jar", PluginStatus.FAILED));
        assertThat(feature.plugins().all())
                .filteredOn(plugin -> plugin.status() != PluginStatus.ACTIVE)
                .allSatisfy(plugin -> assertThat(plugin.reason()).isNotBlank());
        assertThat(feature.types().taskIds()).containsExactly("deploy");
    }

    @Test
    void noticesAJarThatIsDroppedIn() throws IOException {
        PluginFeature feature = open();
        feature.workers().forEach(worker -> worker.start());

        PluginJars.good(external.resolve("deploy.jar"), "deploy-task", "deploy");

        await(() -> feature.types().task("deploy").isPresent());
        await(() -> facts().equals(List.of("plugin/deploy-task ACTIVE")));
        assertThat(acts()).containsExactly("server plugins.rescan");
    }

    @Test
    void waitsUntilAJarIsWholeBeforeItLooksAtIt() throws IOException {
        var watch = new FolderWatch(List.of(new PluginFolder(external, PluginKind.EXTERNAL)));
        Path jar = external.resolve("growing.jar");

        Files.writeString(jar, "1");
        boolean atFirstSight = watch.hasSettled();
        Files.writeString(jar, "12");
        boolean whileItGrows = watch.hasSettled();
        boolean whenItRests = watch.hasSettled();
        boolean again = watch.hasSettled();

        assertThat(List.of(atFirstSight, whileItGrows, whenItRests, again)).containsExactly(false, false, true, false);
    }

    @Test
    void looksAtOnceWhenSomebodyAsksAndRecordsWho() throws IOException {
        PluginJars.good(external.resolve("deploy.jar"), "deploy-task", "deploy");
        PluginFeature feature = open();
        Files.delete(external.resolve("deploy.jar"));

        List<InstalledPlugin> after = feature.plugins().rescan("ada");

        assertThat(after).isEmpty();
        assertThat(facts()).containsExactly("plugin/deploy-task REMOVED");
        assertThat(acts()).containsExactly("ada plugins.rescan");
    }

    @Test
    void keepsTheRunningPluginWhenItsFileBecomesRubbish() throws IOException {
        Path jar = PluginJars.good(external.resolve("deploy.jar"), "deploy-task", "deploy");
        PluginFeature feature = open();
        Files.writeString(jar, "rubbish");

        feature.plugins().rescan("ada");

        assertThat(feature.plugins().one("deploy-task").status()).isEqualTo(PluginStatus.ACTIVE);
        assertThat(feature.plugins().one("deploy-task").reason()).contains("still runs");
        assertThat(feature.types().task("deploy")).isPresent();
    }

    @Test
    void givesAgentsTheBytesOfRunningPluginsOnly() throws IOException {
        Path jar = PluginJars.good(external.resolve("deploy.jar"), "deploy-task", "deploy");
        PluginJars.forAnotherApi(external.resolve("newer.jar"), "newer");
        PluginFeature feature = open();
        Plugins plugins = feature.plugins();

        Path given = plugins.jar(plugins.one("deploy-task").sha256());

        assertThat(Files.readAllBytes(given)).isEqualTo(Files.readAllBytes(jar));
        assertThatThrownBy(() -> plugins.jar(plugins.one("newer").sha256()))
                .isInstanceOfSatisfying(
                        PenstockException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void refusesToGiveACopyThatWasChanged() throws IOException {
        PluginJars.good(external.resolve("deploy.jar"), "deploy-task", "deploy");
        PluginFeature feature = open();
        Plugins plugins = feature.plugins();
        String sha256 = plugins.one("deploy-task").sha256();
        Path copy = plugins.jar(sha256);

        Files.write(copy, "!".getBytes(StandardCharsets.UTF_8), java.nio.file.StandardOpenOption.APPEND);

        assertThatThrownBy(() -> plugins.jar(sha256))
                .isInstanceOfSatisfying(
                        PenstockException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    private PluginFeature open() throws IOException {
        var settings = new HostSettings(
                home.resolve("work"),
                HostSettings.API_VERSION,
                Duration.ofSeconds(2),
                CallLimits.STANDARD,
                InstantSource.system());
        var folders =
                List.of(new PluginFolder(bundled, PluginKind.BUNDLED), new PluginFolder(external, PluginKind.EXTERNAL));
        PluginFeature feature =
                PluginFeature.create(new PluginFeature.Needs(PluginFeature.open(folders, settings), database, events));
        opened.add(feature);
        return feature;
    }

    private List<String> facts() {
        return database.read(
                handle -> handle.createQuery("SELECT subject || ' ' || (body ->> 'state') FROM event ORDER BY id")
                        .mapTo(String.class)
                        .list());
    }

    private List<String> acts() {
        return database.read(handle -> handle.createQuery("SELECT actor || ' ' || action FROM audit ORDER BY seq")
                .mapTo(String.class)
                .list());
    }

    private static org.assertj.core.groups.Tuple row(Object... values) {
        return org.assertj.core.groups.Tuple.tuple(values);
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("Not within 20 s");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(20).toNanos());
        }
    }
}
