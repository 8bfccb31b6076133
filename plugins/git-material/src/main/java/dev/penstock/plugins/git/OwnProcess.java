package dev.penstock.plugins.git;

import dev.penstock.plugin.material.CheckoutContext;
import dev.penstock.plugin.material.MaterialContext;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import dev.penstock.plugin.material.MaterialType;
import dev.penstock.plugin.material.PollResult;
import dev.penstock.plugin.option.OptionValues;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.pf4j.Extension;
import org.slf4j.LoggerFactory;

/**
 * Does a call of the material type in a Java process of its own, with a quarter of the machine's memory, so that a large
 * repository costs a server or an agent neither its memory nor its life. The process has no arguments that matter: what it
 * is to do, passwords included, it gets through its standard input, and when that ends it ends too.
 */
final class OwnProcess {
    /** So many at once; each may take a quarter of the memory. */
    private static final Semaphore PLACES = new Semaphore(2);

    private static final int LAST_WORDS = 4_000;

    private OwnProcess() {}

    /** How large work may be in this process. */
    static Size size() {
        return ChildMain.isThisProcess() ? Size.ANY : Size.SMALL;
    }

    /** As {@link GitMaterial#poll}. */
    static PollResult poll(MaterialContext context, OptionValues values, Optional<String> lastKnown)
            throws MaterialException, InterruptedException {
        return new Conversation(context, Optional.empty()).run(out -> Wire.writePoll(out, context, values, lastKnown));
    }

    /** As {@link GitMaterial#checkout}. */
    static void checkout(CheckoutContext context, OptionValues values, String revision)
            throws MaterialException, InterruptedException {
        new Conversation(context, Optional.of(context)).run(out -> Wire.writeCheckout(out, context, values, revision));
    }

    /** Writes what is to be done. */
    @FunctionalInterface
    private interface Request {
        void to(DataOutputStream out) throws IOException;
    }

    /** One process and what is said with it. */
    private record Conversation(MaterialContext context, Optional<CheckoutContext> checkout) {

        PollResult run(Request request) throws MaterialException, InterruptedException {
            PLACES.acquire();
            try {
                Process process = start();
                try {
                    return talk(process, request);
                } finally {
                    process.destroyForcibly();
                    process.waitFor();
                }
            } finally {
                PLACES.release();
            }
        }

        private static Process start() throws MaterialException {
            boolean windows = File.separatorChar == '\\';
            Path java = Path.of(System.getProperty("java.home"), "bin", windows ? "java.exe" : "java");
            var builder = new ProcessBuilder(
                    java.toString(),
                    "-XX:+UseSerialGC",
                    "-XX:MaxRAMPercentage=25",
                    "-cp",
                    String.join(File.pathSeparator, classPath()),
                    ChildMain.class.getName());
            builder.environment().keySet().removeIf(name -> !name.equalsIgnoreCase("SystemRoot"));
            try {
                return builder.start();
            } catch (IOException e) {
                throw new MaterialException(
                        Kind.REFUSED,
                        "The repository is too large for this process, and no other can be started (" + e.getMessage()
                                + ")",
                        e);
            }
        }

        /** This plugin with its libraries, and what it shares with its host. */
        private static List<String> classPath() throws MaterialException {
            var path = new LinkedHashSet<String>();
            try {
                if (GitMaterial.class.getClassLoader() instanceof URLClassLoader own) {
                    for (URL url : own.getURLs()) {
                        path.add(Path.of(url.toURI()).toString());
                    }
                } else {
                    path.addAll(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
                }
                for (Class<?> shared : List.of(MaterialType.class, Extension.class, LoggerFactory.class)) {
                    CodeSource source = shared.getProtectionDomain().getCodeSource();
                    if (source != null) {
                        path.add(Path.of(source.getLocation().toURI()).toString());
                    }
                }
                return new ArrayList<>(path);
            } catch (URISyntaxException e) {
                throw new MaterialException(Kind.OTHER, "The plugin's own files are not found: " + e.getMessage(), e);
            }
        }

        private PollResult talk(Process process, Request request) throws MaterialException, InterruptedException {
            // The thread that reads cannot be interrupted, so another one does; ending the process ends the reading.
            var errors = new FutureTask<>(
                    () -> new String(process.getErrorStream().readNBytes(LAST_WORDS), StandardCharsets.UTF_8));
            Thread.ofVirtual().name("git-process-errors").start(errors);
            var answer = new FutureTask<>(() -> answer(process, request));
            Thread.ofVirtual().name("git-process").start(answer);
            try {
                return answer.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof MaterialException told) {
                    throw told;
                }
                process.destroyForcibly();
                throw new MaterialException(
                        Kind.OTHER,
                        "The process that works on the repository ended with code " + process.waitFor() + ": "
                                + lastWords(errors),
                        e.getCause());
            }
        }

        private static String lastWords(FutureTask<String> errors) throws InterruptedException {
            try {
                String said = errors.get().strip().replaceAll("\\s+", " ");
                return said.isEmpty() ? "it said nothing" : said.substring(0, Math.min(300, said.length()));
            } catch (ExecutionException _) {
                return "it said nothing that could be read";
            }
        }

        private PollResult answer(Process process, Request request) throws IOException, MaterialException {
            try (var out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
                    var in = new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
                request.to(out);
                out.flush();
                while (true) {
                    switch (in.readByte()) {
                        case Wire.NOTE -> {
                            String line = Wire.readText(in);
                            checkout.ifPresent(c -> c.console().note(line));
                        }
                        case Wire.MAY_I -> {
                            Wire.writeAnswer(out, context.allowsLocalFolder(Path.of(Wire.readText(in))));
                            out.flush();
                        }
                        case Wire.RESULT -> {
                            return Wire.readResult(in);
                        }
                        case Wire.FAILED -> throw Wire.readFailure(in);
                        default -> throw new EOFException("something that was not agreed upon");
                    }
                }
            }
        }
    }
}
