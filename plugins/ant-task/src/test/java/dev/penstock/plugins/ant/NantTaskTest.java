package dev.penstock.plugins.ant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.plugin.option.OptionValues;
import dev.penstock.plugin.task.TaskType;
import dev.penstock.testkit.LocalTask;
import dev.penstock.testkit.TaskTypeContract;
import dev.penstock.testkit.TestValues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NantTaskTest implements TaskTypeContract {

    @Override
    public TaskType type() {
        return new NantTask();
    }

    private static TestValues values() {
        return TestValues.of(new NantTask().options());
    }

    @Override
    public OptionValues passing(Path workingDirectory) {
        return values().with("target", "pass");
    }

    @Override
    public OptionValues failing(Path workingDirectory) {
        return values().with("target", "fail");
    }

    @Override
    public OptionValues endless(Path workingDirectory) {
        return values().with("target", "sleep");
    }

    @Override
    public Map<String, String> environment(Path workingDirectory) throws Exception {
        return FakeTools.path("nant", "case $1 in fail) exit 2;; sleep) sleep 300;; esac");
    }

    @Test
    void folderOfTheToolCanBeGiven(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        Path tool = Files.createDirectories(folder.resolve("tools")).resolve("nant");
        Files.writeString(tool, "#!/bin/sh\necho \"$@\"\n");
        tool.toFile().setExecutable(true);
        var context = new LocalTask(folder, temporary, System.getenv());

        type().run(
                        context,
                        values().with("nant_path", "tools/")
                                .with("build_file", "a b.build")
                                .with("target", "x y"));

        assertThat(context.recorded().text()).isEqualTo("-buildfile:a b.build x y");
    }
}
