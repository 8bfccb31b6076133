package dev.penstock.plugins.ant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.plugin.option.OptionValues;
import dev.penstock.plugin.task.TaskType;
import dev.penstock.testkit.LocalTask;
import dev.penstock.testkit.TaskTypeContract;
import dev.penstock.testkit.TestValues;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RakeTaskTest implements TaskTypeContract {

    @Override
    public TaskType type() {
        return new RakeTask();
    }

    private static TestValues values() {
        return TestValues.of(new RakeTask().options());
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
        return FakeTools.path("rake", "case $1 in fail) exit 2;; sleep) sleep 300;; esac");
    }

    @Test
    void buildFileAndTargetsAreWords(@TempDir Path folder, @TempDir Path temporary) throws Exception {
        var context = new LocalTask(folder, temporary, FakeTools.path("rake", "printf '<%s>' \"$@\"; echo"));

        type().run(context, values().with("build_file", "a b.rb").with("target", "x 'y z'"));

        assertThat(context.recorded().text()).isEqualTo("<-f><a b.rb><x><y z>");
    }
}
