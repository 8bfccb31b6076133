package dev.penstock.agent.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whose certificates are believed. Loaded at the first TLS connection only. Thread-safe. */
public final class Trust {
    private final @Nullable Path file;
    private @Nullable SSLSocketFactory sockets;

    private Trust(@Nullable Path file) {
        this.file = file;
    }

    /** The authorities that the Java runtime knows. */
    public static Trust ofRuntime() {
        return new Trust(null);
    }

    /** Only the certificates in a PEM file: the server's own, or that of the authority which signed it. */
    public static Trust only(Path pemFile) {
        return new Trust(pemFile);
    }

    synchronized SSLSocketFactory sockets() throws IOException {
        if (sockets == null) {
            sockets = file == null ? (SSLSocketFactory) SSLSocketFactory.getDefault() : fromFile(file);
        }
        return sockets;
    }

    /** What is wrong with a server's certificate, and what to do about it. */
    String advice(SSLException failure) {
        String said = String.valueOf(failure.getMessage());
        Throwable root = failure;
        while (root.getCause() != null && !(root instanceof CertPathBuilderException)) {
            root = root.getCause();
        }
        if (root instanceof CertificateExpiredException || root instanceof CertificateNotYetValidException) {
            return "its certificate is not valid today: " + root.getMessage()
                    + ". Renew it, or set this machine's clock";
        }
        if (said.contains("subject alternative")) {
            return "its certificate is for another name: " + said + ". Use a name of the certificate in server.url";
        }
        if (root instanceof GeneralSecurityException) {
            return file == null
                    ? "its certificate is from no authority that the Java runtime knows (" + root.getMessage()
                            + "). If the authority is your own, put its certificate into a PEM file, and name that in"
                            + " server.trust-file"
                    : "its certificate is not from an authority in \"" + file + "\" (" + root.getMessage()
                            + "). Put the certificate of the server's authority there: it is server.trust-file";
        }
        return said;
    }

    private static SSLSocketFactory fromFile(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new IOException("There is no certificate in \"" + file + "\"");
            }
            KeyStore keys = KeyStore.getInstance(KeyStore.getDefaultType());
            keys.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                keys.setCertificateEntry("trusted-" + number++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(keys);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (NoSuchFileException e) {
            throw new IOException("There is no file \"" + file + "\" (server.trust-file)", e);
        } catch (GeneralSecurityException e) {
            throw new IOException("\"" + file + "\" holds no certificates that can be used: " + e.getMessage(), e);
        }
    }
}
