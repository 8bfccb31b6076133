package dev.penstock.core.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.penstock.core.plugin.PluginJars;
import dev.penstock.core.testing.SettableTime;
import dev.penstock.pluginhost.CallLimits;
import dev.penstock.pluginhost.HostSettings;
import dev.penstock.pluginhost.PluginFolder;
import dev.penstock.pluginhost.PluginHost;
import dev.penstock.pluginhost.PluginJarRef;
import dev.penstock.pluginhost.PluginKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PluginJobTypesTest {
    private static final String BROKEN = "penstock.test.clay-is-broken";

    @Test
    void theJarOfATypeIsThatOfTheRunningPlugin(@TempDir Path folder)
            throws IOException, UnassignableException, NoSuchAlgorithmException {
        Path jars = Files.createDirectory(folder.resolve("jars"));
        Path jar = PluginJars.good(jars.resolve("paint.jar"), "paint-task", "paint");
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar)));

        try (PluginHost host = PluginHost.open(
                List.of(new PluginFolder(jars, PluginKind.BUNDLED)),
                HostSettings.standard(folder.resolve("work"), InstantSource.system()))) {
            PluginJarRef ref = new PluginJobTypes(host).taskPlugin("paint");

            assertThat(ref.id()).isEqualTo("paint-task");
            assertThat(ref.sha256()).isEqualTo(sha256);
            assertThat(ref.size()).isEqualTo(Files.size(jar));
        }
    }

    /** F-16: what failed several times in a row is left alone for a while, and jobs wait for it. */
    @Test
    void aMaterialWhosePluginIsLeftAloneIsForLaterUntilItAnswersAgain(@TempDir Path folder) throws Exception {
        Path jars = Files.createDirectory(folder.resolve("jars"));
        PluginJars.material(jars.resolve("clay.jar"), "clay-material", "clay", BROKEN);
        var time = new SettableTime(Instant.parse("2026-11-25T12:00:00Z"));
        try (PluginHost host = PluginHost.open(
                List.of(new PluginFolder(jars, PluginKind.BUNDLED)),
                HostSettings.standard(folder.resolve("work"), time))) {
            var types = new PluginJobTypes(host);
            assertThat(types.material("clay", Map.of()).displayName()).isEqualTo("some clay");
            assertThat(types.isAnyAiling()).isFalse();

            System.setProperty(BROKEN, "true");
            for (int i = 0; i < CallLimits.STANDARD.failuresToOpen(); i++) {
                assertThat(failure(types).isPassing()).isFalse();
            }
            assertThat(failure(types).isPassing()).isTrue();
            assertThat(failure(types)).hasMessageContaining("the plugin failed 5 times in a row");
            assertThat(types.isAnyAiling()).isTrue();
            assertThat(types.trouble("clay", Map.of()).orElseThrow()).contains("Plugin \"clay-material\"");
            assertThat(types.trouble("other", Map.of())).isEmpty();

            System.clearProperty(BROKEN);
            time.pass(CallLimits.STANDARD.openFor());
            assertThat(types.trouble("clay", Map.of())).isEmpty();
            assertThat(types.isAnyAiling()).isFalse();
            assertThat(types.material("clay", Map.of()).displayName()).isEqualTo("some clay");
        } finally {
            System.clearProperty(BROKEN);
        }
    }

    private static UnassignableException failure(PluginJobTypes types) {
        return catchThrowableOfType(UnassignableException.class, () -> types.material("clay", Map.of()));
    }

    @Test
    void aTypeThatNobodyOffersIsNamed(@TempDir Path folder) throws IOException {
        try (PluginHost host =
                PluginHost.open(List.of(), HostSettings.standard(folder.resolve("work"), InstantSource.system()))) {
            var types = new PluginJobTypes(host);

            assertThatThrownBy(() -> types.taskPlugin("cobol"))
                    .hasMessageContaining("Task type \"cobol\" is offered by no running plugin");
            assertThatThrownBy(() -> types.material("cvs", Map.of()))
                    .hasMessageContaining("Material type \"cvs\" is offered by no running plugin");
        }
    }
}
