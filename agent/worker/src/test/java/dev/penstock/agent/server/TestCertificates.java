package dev.penstock.agent.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An authority of a test's own, made with the JDK's keytool, and certificates of servers that it has signed. */
public final class TestCertificates {
    private static final String PASSWORD = "of-a-test";

    private final Path folder;

    private TestCertificates(Path folder) {
        this.folder = folder;
    }

    public static TestCertificates authority(Path folder) throws Exception {
        var authority = new TestCertificates(Files.createDirectories(folder));
        authority.makeKey("ca.p12", "CN=Authority of a test", "-ext", "bc:critical=ca:true");
        authority.keytool(
                "ca.p12", "-exportcert", "-rfc", "-file", authority.pem().toString());
        return authority;
    }

    /** The authority's certificate, as people put it into a trust file. */
    public Path pem() {
        return folder.resolve("ca.pem");
    }

    /**
     * What a server presents.
     *
     * @param names as keytool takes them, for example {@code ip:127.0.0.1}
     * @param validity further options about when it is valid
     */
    public SSLContext server(String names, String... validity) throws Exception {
        String request = folder.resolve("server.csr").toString();
        String signed = folder.resolve("server.pem").toString();
        Files.deleteIfExists(folder.resolve("server.p12"));
        makeKey("server.p12", "CN=server");
        keytool("server.p12", "-certreq", "-file", request);
        var sign = new ArrayList<>(List.of("-gencert", "-rfc", "-infile", request, "-outfile", signed));
        sign.addAll(List.of("-ext", "san=" + names));
        sign.addAll(List.of(validity));
        keytool("ca.p12", sign.toArray(String[]::new));
        Files.writeString(Path.of(signed), Files.readString(pem()), java.nio.file.StandardOpenOption.APPEND);
        keytool("server.p12", "-importcert", "-noprompt", "-file", signed);
        return context(folder.resolve("server.p12"));
    }

    private static SSLContext context(Path file) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private void makeKey(String store, String name, String... more) throws Exception {
        var arguments = new ArrayList<>(List.of("-genkeypair", "-keyalg", "EC", "-dname", name, "-validity", "30"));
        arguments.addAll(List.of(more));
        keytool(store, arguments.toArray(String[]::new));
    }

    private void keytool(String store, String... arguments) throws Exception {
        var words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/keytool").toString(), "-J-XX:TieredStopAtLevel=1"));
        words.addAll(List.of(arguments));
        words.addAll(List.of("-alias", "key", "-keystore", folder.resolve(store).toString(), "-storepass", PASSWORD));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(words + ": " + said);
        }
    }
}
