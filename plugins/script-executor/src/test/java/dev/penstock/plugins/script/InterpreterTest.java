package dev.penstock.plugins.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterpreterTest {

    @ParameterizedTest
    @CsvSource({
        "sh,sh -e",
        "/bin/dash,/bin/dash -e",
        "bash,bash -e -o pipefail",
        "zsh,zsh -e -o pipefail",
        "ksh,ksh -e -o pipefail",
        "tcsh,tcsh -e",
        "python3,python3 -u",
        "python3.13,python3.13 -u",
        "pwsh,pwsh -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -File",
        "ruby,ruby",
        "cmd,cmd /d /c",
        "fish,fish",
    })
    void isToldToStopAtTheFirstErrorInItsOwnWords(String chosen, String command) {
        var interpreter = Interpreter.of("echo", Optional.of(chosen), false);

        assertThat(String.join(" ", interpreter.command(true))).isEqualTo(command);
    }

    @ParameterizedTest
    @CsvSource({
        "#!/bin/sh,/bin/sh -e",
        "#!/bin/bash -x,/bin/bash -x -e -o pipefail",
        "#! /usr/bin/env bash,/usr/bin/env bash -e -o pipefail",
        "#!/usr/bin/env -S A=1 python3 -I,/usr/bin/env -S A=1 python3 -I -u",
        "#!/usr/bin/perl -w,/usr/bin/perl -w",
        "#!bash,zsh -e -o pipefail",
    })
    void firstLineWins(String line, String command) {
        var interpreter = Interpreter.of(line + "\necho", Optional.of("zsh"), false);

        assertThat(String.join(" ", interpreter.command(true))).isEqualTo(command);
    }

    @Test
    void withoutAChoiceItIsTheSystemsOwn() {
        assertThat(Interpreter.of("x", Optional.empty(), false).name()).isEqualTo("bash");
        assertThat(Interpreter.of("#!/bin/sh\nx", Optional.empty(), true).name())
                .isEqualTo("cmd");
        assertThat(Interpreter.of("x", Optional.of("C:\\tools\\pwsh.EXE"), true).name())
                .isEqualTo("pwsh");
    }

    @Test
    void powershellIsSetUpByAFileOfItsOwn() {
        var interpreter = Interpreter.of("param($x)", Optional.of("pwsh"), false);

        assertThat(interpreter.starter(true))
                .get()
                .asString()
                .contains(
                        "$ErrorActionPreference = 'Stop'", "$PSNativeCommandUseErrorActionPreference = $true", "@args");
        assertThat(interpreter.starter(false)).get().asString().contains("'Continue'", "$false");
        assertThat(interpreter.encoded("x")).startsWith(0xEF, 0xBB, 0xBF);
    }

    @Test
    void linesEndAsTheInterpreterWantsThem() {
        assertThat(Interpreter.of("", Optional.of("cmd"), true).encoded("a\nb"))
                .isEqualTo("a\r\nb\r\n".getBytes(StandardCharsets.UTF_8));
        assertThat(Interpreter.of("", Optional.of("sh"), false).encoded("a\r\nb"))
                .isEqualTo("a\nb\n".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whoCannotStopAtTheFirstErrorIsKnown() {
        assertThat(List.of("cmd", "fish", "whatever"))
                .noneMatch(name -> Interpreter.of("", Optional.of(name), false).canFailFast());
    }
}
