package dev.penstock.plugins.ant;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import dev.penstock.plugin.option.OptionValues;
import dev.penstock.plugin.task.CommandLine;
import dev.penstock.plugin.task.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What the three tools have in common: a build file, and targets that are words of a line. */
final class BuildTool {
    static final String BUILD_FILE = "build_file";
    static final String TARGET = "target";

    private BuildTool() {}

    static Option buildFile(String usual) {
        return Option.of(BUILD_FILE, OptionKind.TEXT, Text.of("Build File", "빌드 파일"))
                .withHelp(Text.of(
                        "From the working directory; empty for the tool's own default, " + usual + ".",
                        "작업 디렉터리 기준입니다. 비워 두면 도구의 기본값 " + usual + " 입니다."))
                .withPlaceholder(usual);
    }

    static Option target() {
        return Option.of(TARGET, OptionKind.TEXT, Text.of("Target", "타깃"))
                .withHelp(Text.of(
                        "Targets and options separated by spaces, such as -Dversion=1 clean package; quotes hold words"
                                + " together.",
                        "-Dversion=1 clean package 처럼 타깃과 옵션을 공백으로 구분합니다. 따옴표로 묶을 수 있습니다."));
    }

    static List<Violation> validate(OptionValues values) {
        var wrong = new ArrayList<Violation>();
        String file = values.text(BUILD_FILE).orElse("");
        if (file.startsWith("-")) {
            wrong.add(new Violation(BUILD_FILE, "The build file \"" + file + "\" must not begin with \"-\""));
        }
        try {
            targets(values);
        } catch (IllegalArgumentException e) {
            wrong.add(new Violation(TARGET, String.valueOf(e.getMessage())));
        }
        return wrong;
    }

    /** @throws IllegalArgumentException if a quote is not closed */
    static List<String> targets(OptionValues values) {
        return Words.split(values.text(TARGET).orElse(""));
    }

    /** A command as people would type it. */
    static String shown(CommandLine command) {
        return command.words().stream()
                .map(word ->
                        word.isEmpty() || word.chars().anyMatch(Character::isWhitespace) ? "\"" + word + "\"" : word)
                .collect(Collectors.joining(" "));
    }

    /** A line that says what would run, even when the values are wrong. */
    static String summary(String tool, OptionValues values) {
        String file = values.text(BUILD_FILE).map(name -> " " + name).orElse("");
        String target = values.text(TARGET).map(text -> " " + text.strip()).orElse("");
        return tool + file + target;
    }
}
