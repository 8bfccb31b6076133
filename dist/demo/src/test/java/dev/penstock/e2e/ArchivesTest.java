package dev.penstock.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.demo.Archives;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a build leaves in the archives, also one that follows another. */
class ArchivesTest {

    @ParameterizedTest
    @ValueSource(strings = {"server/lib", "server/plugins/bundled", "agent/lib"})
    void aLibraryIsThereInOneVersion(String place) throws IOException {
        String[] part = place.split("/", 2);
        Path folder = Archives.folder(part[0]).resolve(part[1]);

        List<String> libraries;
        try (Stream<Path> files = Files.list(folder)) {
            libraries = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .map(name -> name.replaceFirst("-[0-9].*", ""))
                    .toList();
        }

        assertThat(libraries).isNotEmpty().doesNotHaveDuplicates();
    }
}
