package dev.penstock.core.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts values for one place of the database each. AES-256-GCM; each place has its own key, derived from the master
 * key by HKDF, and is part of the authenticated data, so that a value copied to another place does not open. Form:
 * {@code ps1:<key id>:<nonce>:<ciphertext>}. Thread-safe.
 */
public final class Vault {
    private static final String FORM = "ps1";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final MasterKey key;
    private final String installation;

    /**
     * @param installation the installation's id, so that values of another installation do not open here
     */
    public Vault(MasterKey key, String installation) {
        this.key = key;
        this.installation = installation;
    }

    /**
     * Encrypts a value.
     *
     * @param place where it will lie: table, row and field, such as {@code secret/17/pipeline:3}
     */
    public String seal(String place, String plain) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, place, nonce).doFinal(plain.getBytes(StandardCharsets.UTF_8));
            return String.join(":", FORM, key.id(), encode(nonce), encode(sealed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A value cannot be encrypted", e);
        }
    }

    /**
     * Decrypts a value.
     *
     * @throws IllegalStateException if it was sealed under another key or for another place, or was changed
     */
    public String open(String place, String sealed) {
        String[] parts = sealed.split(":", -1);
        if (parts.length != 4 || !parts[0].equals(FORM)) {
            throw new IllegalStateException("Not a sealed value at " + place);
        }
        if (!parts[1].equals(key.id())) {
            throw new IllegalStateException("The value at " + place + " was encrypted under master key " + parts[1]
                    + ", but this server has " + key.id());
        }
        try {
            byte[] plain = cipher(Cipher.DECRYPT_MODE, place, decode(parts[2])).doFinal(decode(parts[3]));
            return new String(plain, StandardCharsets.UTF_8);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalStateException("The value at " + place + " does not open", e);
        }
    }

    private Cipher cipher(int mode, String place, byte[] nonce) throws GeneralSecurityException {
        byte[] context = String.join("\n", FORM, installation, place, key.id()).getBytes(StandardCharsets.UTF_8);
        SecretKey derived = KDF.getInstance("HKDF-SHA256")
                .deriveKey(
                        "AES",
                        HKDFParameterSpec.ofExtract()
                                .addIKM(new SecretKeySpec(key.bytes(), "Generic"))
                                .thenExpand(context, MasterKey.BYTES));
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, derived, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context);
        return cipher;
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] decode(String text) {
        return Base64.getUrlDecoder().decode(text);
    }
}
