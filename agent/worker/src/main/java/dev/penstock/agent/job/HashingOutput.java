package dev.penstock.agent.job;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/** Passes bytes on and knows their hash. */
final class HashingOutput extends FilterOutputStream {
    private final MessageDigest digest = Hashes.sha256();

    HashingOutput(OutputStream to) {
        super(to);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        digest.update(bytes, offset, length);
        out.write(bytes, offset, length);
    }

    /** Of what was written since the last time that this was asked. */
    String sha256() {
        return Hashes.hex(digest);
    }
}
