package dev.penstock.plugins.script;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What runs a script, and how it is told to stop at the first error.
 *
 * @param name for people
 * @param words the program and the arguments that the script's own first line gives it
 */
record Interpreter(String name, List<String> words, Family family) {

    /** Interpreters that are told the same things in the same way. */
    enum Family {
        /** {@code sh} and those that know no more of failing than it. */
        PLAIN_SHELL(".sh"),
        /** Shells in which a pipe can fail by any of its commands. */
        PIPE_SHELL(".sh"),
        C_SHELL(".csh"),
        PYTHON(".py"),
        POWERSHELL(".ps1"),
        CMD(".bat"),
        /** Languages that fail at the first uncaught error by themselves. */
        LANGUAGE(".txt"),
        /** Knows no such mode, or we do not know it. */
        OTHER(".txt");

        private final String ending;

        Family(String ending) {
            this.ending = ending;
        }

        /** What the program is told in any case. */
        private List<String> always() {
            return switch (this) {
                // Output is to be seen when it is written, not when a buffer is full.
                case PYTHON -> List.of("-u");
                case POWERSHELL ->
                    List.of("-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File");
                case CMD -> List.of("/d", "/c");
                case PLAIN_SHELL, PIPE_SHELL, C_SHELL, LANGUAGE, OTHER -> List.of();
            };
        }

        /** What makes it stop at the first error, if words can. */
        private List<String> failFast() {
            return switch (this) {
                case PLAIN_SHELL, C_SHELL -> List.of("-e");
                case PIPE_SHELL -> List.of("-e", "-o", "pipefail");
                case PYTHON, POWERSHELL, CMD, LANGUAGE, OTHER -> List.of();
            };
        }

        static Family of(String program) {
            String name = baseName(program);
            // python3.13, ruby3.3
            String plain = name.replaceFirst("[0-9.]+$", "");
            return switch (plain) {
                case "sh", "dash", "ash" -> PLAIN_SHELL;
                case "bash", "zsh", "ksh", "mksh" -> PIPE_SHELL;
                case "csh", "tcsh" -> C_SHELL;
                case "python", "pypy" -> PYTHON;
                case "pwsh", "powershell" -> POWERSHELL;
                case "cmd" -> CMD;
                case "perl", "ruby", "node", "deno", "php", "groovy", "lua", "java", "jshell" -> LANGUAGE;
                default -> OTHER;
            };
        }
    }

    Interpreter {
        words = List.copyOf(words);
    }

    /** The script's own first line, or else the chosen one, or else that of the system. */
    static Interpreter of(String script, Optional<String> chosen, boolean onWindows) {
        if (script.startsWith("#!") && !onWindows) {
            Optional<Interpreter> own = ofFirstLine(
                    script.lines().findFirst().orElse("").substring(2).strip());
            if (own.isPresent()) {
                return own.get();
            }
        }
        String program = chosen.map(String::strip).orElse(onWindows ? "cmd" : "bash");
        return new Interpreter(baseName(program), List.of(program), Family.of(program));
    }

    /** As the kernel reads it: a program, and all the rest as one argument. */
    private static Optional<Interpreter> ofFirstLine(String line) {
        if (!line.startsWith("/")) {
            return Optional.empty();
        }
        String[] parts = line.split("\\s+", 2);
        var words = new ArrayList<String>();
        words.add(parts[0]);
        String interpreter = parts[0];
        if (parts.length > 1) {
            words.add(parts[1]);
            if (baseName(parts[0]).equals("env")) {
                interpreter = afterEnv(parts[1]).orElse(parts[0]);
            }
        }
        return Optional.of(new Interpreter(baseName(interpreter), words, Family.of(interpreter)));
    }

    /** The program in {@code -S VAR=1 python3 -I}. */
    private static Optional<String> afterEnv(String argument) {
        for (String word : argument.split("\\s+", -1)) {
            String bare = word.startsWith("-S") ? word.substring(2) : word;
            if (!bare.isEmpty() && !bare.startsWith("-") && bare.indexOf('=') < 0) {
                return Optional.of(bare);
            }
        }
        return Optional.empty();
    }

    private static String baseName(String program) {
        String name = program.substring(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1);
        return name.toLowerCase(Locale.ROOT).endsWith(".exe") ? name.substring(0, name.length() - 4) : name;
    }

    /** The words before the file's name. */
    List<String> command(boolean failFast) {
        var command = new ArrayList<>(words);
        if (failFast) {
            command.addAll(family.failFast());
        }
        command.addAll(family.always());
        return command;
    }

    /** Another script that starts the real one: PowerShell's {@code param} must be the first line of the real one. */
    Optional<String> starter(boolean failFast) {
        return family != Family.POWERSHELL
                ? Optional.empty()
                : Optional.of("""
                        $ErrorActionPreference = '%s'
                        $PSNativeCommandUseErrorActionPreference = $%s
                        & (Join-Path $PSScriptRoot 'script.ps1') @args
                        if ($LASTEXITCODE) { exit $LASTEXITCODE }
                        """.formatted(failFast ? "Stop" : "Continue", failFast));
    }

    /** Whether the first error can end it. */
    boolean canFailFast() {
        return switch (family) {
            case PLAIN_SHELL, PIPE_SHELL, C_SHELL, PYTHON, POWERSHELL, LANGUAGE -> true;
            case CMD, OTHER -> false;
        };
    }

    /** What the file's name ends with; some interpreters go by it. */
    String ending() {
        return family.ending;
    }

    /** The bytes of the file: line ends as the interpreter wants them, wherever the text was typed. */
    byte[] encoded(String text) {
        String lines = text.replace("\r\n", "\n");
        if (!lines.endsWith("\n")) {
            lines += "\n";
        }
        return switch (family) {
            case CMD -> lines.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
            // Windows PowerShell takes a file without the mark for one in the system's old code page.
            case POWERSHELL -> ("\uFEFF" + lines).getBytes(StandardCharsets.UTF_8);
            case PLAIN_SHELL, PIPE_SHELL, C_SHELL, PYTHON, LANGUAGE, OTHER -> lines.getBytes(StandardCharsets.UTF_8);
        };
    }
}
