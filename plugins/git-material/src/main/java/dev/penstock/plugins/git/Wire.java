package dev.penstock.plugins.git;

import dev.penstock.plugin.Console;
import dev.penstock.plugin.Secret;
import dev.penstock.plugin.material.CheckoutContext;
import dev.penstock.plugin.material.MaterialContext;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.PollResult;
import dev.penstock.plugin.material.Revision;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionValues;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** How a call and its answer are written between this plugin and a process of its own; both are of one version. */
final class Wire {
    static final byte POLL = 1;
    static final byte CHECKOUT = 2;

    static final byte NOTE = 1;
    /** The question whether a local folder may be read; the answer is a boolean. */
    static final byte MAY_I = 2;

    static final byte RESULT = 3;
    static final byte FAILED = 4;

    private static final byte UNCHANGED = 0;
    private static final byte CHANGED = 1;
    private static final byte REWRITTEN = 2;

    /** Settings of this Java that its network depends on. */
    private static final List<String> PROPERTIES = List.of(
            "http.proxyHost",
            "http.proxyPort",
            "http.nonProxyHosts",
            "https.proxyHost",
            "https.proxyPort",
            "java.net.useSystemProxies",
            "javax.net.ssl.trustStore",
            "javax.net.ssl.trustStorePassword",
            "javax.net.ssl.trustStoreType");

    private Wire() {}

    /** What is to be done. {@code revision} is the last known one of a poll, and that of a checkout. */
    record Call(byte what, OptionValues values, Optional<String> revision, Folders folders) {}

    /** What a context has, but for what it says. */
    record Folders(Path cache, Path directory, Path knownHosts, Duration timeout, long limitBytes) {

        /** A context that asks and tells the other process. */
        CheckoutContext context(Predicate<Path> allowed, Console console) {
            Folders folders = this;
            return new CheckoutContext() {
                @Override
                public Path directory() {
                    return folders.directory();
                }

                @Override
                public Console console() {
                    return console;
                }

                @Override
                public Path cacheDirectory() {
                    return folders.cache();
                }

                @Override
                public Duration networkTimeout() {
                    return folders.timeout();
                }

                @Override
                public long fetchLimitBytes() {
                    return folders.limitBytes();
                }

                @Override
                public boolean allowsLocalFolder(Path folder) {
                    return allowed.test(folder);
                }

                @Override
                public Path knownHostsFile() {
                    return folders.knownHosts();
                }
            };
        }
    }

    static void writePoll(
            DataOutputStream out, MaterialContext context, OptionValues values, Optional<String> lastKnown)
            throws IOException {
        out.writeByte(POLL);
        writeContext(out, context, context.cacheDirectory());
        writeValues(out, values);
        writeText(out, lastKnown.orElse(""));
    }

    static void writeCheckout(DataOutputStream out, CheckoutContext context, OptionValues values, String revision)
            throws IOException {
        out.writeByte(CHECKOUT);
        writeContext(out, context, context.directory());
        writeValues(out, values);
        writeText(out, revision);
    }

    private static void writeContext(DataOutputStream out, MaterialContext context, Path directory) throws IOException {
        for (String name : PROPERTIES) {
            writeText(out, System.getProperty(name, ""));
        }
        writeText(out, context.cacheDirectory().toAbsolutePath().toString());
        writeText(out, directory.toAbsolutePath().toString());
        writeText(out, context.knownHostsFile().toAbsolutePath().toString());
        out.writeLong(context.networkTimeout().toMillis());
        out.writeLong(context.fetchLimitBytes());
    }

    private static void writeValues(DataOutputStream out, OptionValues values) throws IOException {
        for (Option option : GitOptions.ALL) {
            writeText(
                    out,
                    switch (option.kind()) {
                        case TEXT, CHOICE, MULTILINE ->
                            values.text(option.name()).orElse("");
                        case SECRET ->
                            values.secret(option.name()).map(Secret::reveal).orElse("");
                        case BOOLEAN -> Boolean.toString(values.flag(option.name()));
                        case NUMBER, LIST, MAP -> throw new IllegalStateException("No such option: " + option);
                    });
        }
    }

    static Call readCall(DataInputStream in) throws IOException {
        byte what = in.readByte();
        for (String name : PROPERTIES) {
            String value = readText(in);
            if (!value.isEmpty()) {
                System.setProperty(name, value);
            }
        }
        var folders = new Folders(
                Path.of(readText(in)),
                Path.of(readText(in)),
                Path.of(readText(in)),
                Duration.ofMillis(in.readLong()),
                in.readLong());
        var values = new LinkedHashMap<String, String>();
        for (Option option : GitOptions.ALL) {
            values.put(option.name(), readText(in));
        }
        String revision = readText(in);
        return new Call(
                what, new Values(values), revision.isEmpty() ? Optional.empty() : Optional.of(revision), folders);
    }

    /** Values that were checked on the other side. */
    private record Values(Map<String, String> texts) implements OptionValues {
        @Override
        public Optional<String> text(String name) {
            return Optional.of(texts.getOrDefault(name, "")).filter(text -> !text.isBlank());
        }

        @Override
        public Optional<Secret> secret(String name) {
            return text(name).map(Secret::new);
        }

        @Override
        public boolean flag(String name) {
            return Boolean.parseBoolean(texts.get(name));
        }

        @Override
        public OptionalLong number(String name) {
            return OptionalLong.empty();
        }

        @Override
        public List<String> list(String name) {
            return List.of();
        }

        @Override
        public Map<String, String> map(String name) {
            return Map.of();
        }
    }

    static void writeAnswer(DataOutputStream out, boolean yes) throws IOException {
        out.writeBoolean(yes);
    }

    static void writeFailure(DataOutputStream out, MaterialException failure) throws IOException {
        out.writeByte(FAILED);
        writeText(out, failure.kind().name());
        writeText(out, String.valueOf(failure.getMessage()));
    }

    static MaterialException readFailure(DataInputStream in) throws IOException {
        return new MaterialException(MaterialException.Kind.valueOf(readText(in)), readText(in));
    }

    static void writeResult(DataOutputStream out, PollResult result) throws IOException {
        out.writeByte(RESULT);
        switch (result) {
            case PollResult.Unchanged _ -> out.writeByte(UNCHANGED);
            case PollResult.Changed(var revisions) -> {
                out.writeByte(CHANGED);
                writeRevisions(out, revisions);
            }
            case PollResult.Rewritten(var explanation, var revisions) -> {
                out.writeByte(REWRITTEN);
                writeText(out, explanation);
                writeRevisions(out, revisions);
            }
        }
    }

    static PollResult readResult(DataInputStream in) throws IOException {
        return switch (in.readByte()) {
            case UNCHANGED -> new PollResult.Unchanged();
            case CHANGED -> new PollResult.Changed(readRevisions(in));
            case REWRITTEN -> new PollResult.Rewritten(readText(in), readRevisions(in));
            default -> throw new IOException("No result");
        };
    }

    private static void writeRevisions(DataOutputStream out, List<Revision> revisions) throws IOException {
        out.writeInt(revisions.size());
        for (Revision revision : revisions) {
            writeText(out, revision.id());
            writeText(out, revision.author());
            out.writeLong(revision.time().getEpochSecond());
            writeText(out, revision.comment());
            out.writeInt(revision.files().size());
            for (Revision.ChangedFile file : revision.files()) {
                writeText(out, file.path());
                writeText(out, file.action().name());
            }
        }
    }

    private static List<Revision> readRevisions(DataInputStream in) throws IOException {
        int size = in.readInt();
        var revisions = new ArrayList<Revision>();
        for (int i = 0; i < size; i++) {
            String id = readText(in);
            String author = readText(in);
            Instant time = Instant.ofEpochSecond(in.readLong());
            String comment = readText(in);
            int count = in.readInt();
            var files = new ArrayList<Revision.ChangedFile>();
            for (int f = 0; f < count; f++) {
                files.add(new Revision.ChangedFile(readText(in), Revision.Action.valueOf(readText(in))));
            }
            revisions.add(new Revision(id, author, time, comment, files));
        }
        return revisions;
    }

    static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String readText(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
