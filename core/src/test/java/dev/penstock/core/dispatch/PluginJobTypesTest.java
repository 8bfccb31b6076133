package dev.penstock.core.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.plugin.PluginJars;
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
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PluginJobTypesTest {
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
