package dev.penstock.agent.server;

import dev.penstock.agent.protocol.Protocol;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Who this agent is: a UUID and a P-256 key pair, made at the first start and kept in one file of mode 0600. The private
 * key never leaves the machine. Thread-safe.
 */
public final class Identity {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
    private static final int COORDINATE_BYTES = 32;

    /** The server takes at most 60 s; a little less, so that a clock that is a second off does no harm. */
    private static final int ASSERTION_SECONDS = 50;

    private final UUID id;
    private final PrivateKey privateKey;
    private final String x;
    private final String y;
    private final SecureRandom random = new SecureRandom();

    private Identity(UUID id, PrivateKey privateKey, ECPublicKey publicKey) {
        this.id = id;
        this.privateKey = privateKey;
        this.x = coordinate(publicKey.getW().getAffineX());
        this.y = coordinate(publicKey.getW().getAffineY());
    }

    /**
     * Reads the identity from its file, or makes one when there is none.
     *
     * @throws IOException if the file cannot be read or written, or does not hold an identity
     */
    public static Identity loadOrMake(Path file) throws IOException {
        if (!Files.exists(file)) {
            make(file);
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        try {
            KeyFactory keys = KeyFactory.getInstance("EC");
            Base64.Decoder decoder = Base64.getDecoder();
            return new Identity(
                    UUID.fromString(lines.get(0).strip()),
                    keys.generatePrivate(
                            new PKCS8EncodedKeySpec(decoder.decode(lines.get(1).strip()))),
                    (ECPublicKey) keys.generatePublic(
                            new X509EncodedKeySpec(decoder.decode(lines.get(2).strip()))));
        } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException(
                    "\"" + file
                            + "\" does not hold this agent's identity; restore it from a backup, or delete it, and the"
                            + " agent registers anew under another id",
                    e);
        }
    }

    private static void make(Path file) throws IOException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var pair = generator.generateKeyPair();
            Base64.Encoder encoder = Base64.getEncoder();
            String content = UUID.randomUUID() + "\n"
                    + encoder.encodeToString(pair.getPrivate().getEncoded()) + "\n"
                    + encoder.encodeToString(pair.getPublic().getEncoded()) + "\n";
            Path part = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(part);
            var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (FileChannel channel = FileChannel.open(part, options, ownerOnly(file))) {
                channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII)));
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime cannot make P-256 keys", e);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    public UUID id() {
        return id;
    }

    /** The public key's thumbprint (RFC 7638), as the server shows it. */
    public String fingerprint() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(jwk().getBytes(StandardCharsets.US_ASCII));
            return "SHA256:" + URL.encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }

    /**
     * A proof that this agent has its key: a JWT signed with it (ES256), good once and for less than a minute. Nothing in
     * it needs escaping, so it is put together here; the agent never reads a JWT.
     */
    String assertion(Instant now) {
        var jti = new byte[24];
        random.nextBytes(jti);
        String header = "{\"alg\":\"ES256\",\"typ\":\"" + Protocol.ASSERTION_TYPE + "\",\"jwk\":" + jwk() + "}";
        String claims = "{\"sub\":\"" + id + "\",\"aud\":\"" + Protocol.ASSERTION_AUDIENCE + "\",\"iat\":"
                + now.getEpochSecond() + ",\"exp\":" + (now.getEpochSecond() + ASSERTION_SECONDS) + ",\"jti\":\""
                + URL.encodeToString(jti) + "\"}";
        String signed = part(header) + "." + part(claims);
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(privateKey, random);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + URL.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime cannot sign with P-256 keys", e);
        }
    }

    /** The members in the order of their names, without spaces: the form of which the thumbprint is taken. */
    private String jwk() {
        return "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" + x + "\",\"y\":\"" + y + "\"}";
    }

    private static String part(String json) {
        return URL.encodeToString(json.getBytes(StandardCharsets.US_ASCII));
    }

    private static String coordinate(BigInteger value) {
        byte[] bytes = value.toByteArray();
        var fixed = new byte[COORDINATE_BYTES];
        int length = Math.min(bytes.length, COORDINATE_BYTES);
        System.arraycopy(bytes, bytes.length - length, fixed, COORDINATE_BYTES - length, length);
        return URL.encodeToString(fixed);
    }
}
