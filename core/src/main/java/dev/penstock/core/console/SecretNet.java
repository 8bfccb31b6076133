package dev.penstock.core.console;

import dev.penstock.core.console.ConsoleBytes.Opened;
import dev.penstock.core.platform.mask.SecretMask;
import dev.penstock.core.run.JobSecrets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The second net under the agent's masking: what the agent let through is starred before it is stored, also where it is
 * divided between two chunks. Of a secret whose first part is stored and whose second has not come, nothing is shown.
 * Thread-safe.
 */
final class SecretNet {
    /** More jobs than run at one time; those that are passed over are asked for again. */
    private static final int MAX_REMEMBERED = 1_000;

    private final JobSecrets secrets;
    private final Map<ConsoleId, SecretMask> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ConsoleId, SecretMask> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    SecretNet(JobSecrets secrets) {
        this.secrets = secrets;
    }

    /**
     * Stars secrets in a chunk that is to be stored, and also the end of what is stored when one began there. Of bytes that
     * are stored already nothing changes.
     */
    void mask(ConsoleId id, long offset, ByteBuffer chunk, ConsoleBytes stored) throws IOException {
        SecretMask mask = of(id);
        if (mask.isEmpty()) {
            return;
        }
        byte[] bytes = chunk.array();
        int end = chunk.arrayOffset() + chunk.limit();
        try (Opened opened = stored.open(id)) {
            long length = opened.length();
            if (offset > length || offset + chunk.remaining() <= length) {
                return;
            }
            int fresh = chunk.arrayOffset() + chunk.position() + (int) (length - offset);
            byte[] border = border(mask, opened, length, bytes, fresh, end);
            mask.mask(bytes, fresh, end);
            int before = (int) Math.min(length, mask.longest() - 1L);
            int first = mask.mask(border, 0, border.length);
            if (first < 0 || first >= before) {
                return;
            }
            stored.overwrite(id, length - before + first, ByteBuffer.wrap(border, first, before - first));
            for (int i = before; i < border.length; i++) {
                if (border[i] == '*') {
                    bytes[fresh + i - before] = '*';
                }
            }
        }
    }

    /** The end of what is stored and the beginning of what is new: so much that a secret which is in both is in it. */
    private static byte[] border(SecretMask mask, Opened opened, long length, byte[] bytes, int fresh, int end)
            throws IOException {
        int most = mask.longest() - 1;
        int before = (int) Math.min(length, most);
        int after = Math.min(end - fresh, most);
        byte[] border = new byte[before + after];
        readFully(opened, length - before, border, before);
        System.arraycopy(bytes, fresh, border, before, after);
        return border;
    }

    /** How many bytes of a growing console may be shown. */
    long visible(ConsoleId id, Opened opened) throws IOException {
        long length = opened.length();
        SecretMask mask = of(id);
        if (mask.isEmpty() || length == 0) {
            return length;
        }
        byte[] tail = new byte[(int) Math.min(length, mask.longest() - 1L)];
        readFully(opened, length - tail.length, tail, tail.length);
        return length - mask.openSuffix(tail, tail.length);
    }

    private static void readFully(Opened opened, long offset, byte[] into, int count) throws IOException {
        int done = 0;
        while (done < count) {
            int more = opened.read(offset + done, ByteBuffer.wrap(into, done, count - done));
            if (more <= 0) {
                throw new IOException("A console is shorter than it was");
            }
            done += more;
        }
    }

    /** These are the secrets of an attempt: nobody has to be asked for them. */
    void expect(ConsoleId id, Collection<String> values) {
        SecretMask mask = SecretMask.of(values);
        synchronized (remembered) {
            remembered.put(id, mask);
        }
    }

    private SecretMask of(ConsoleId id) {
        synchronized (remembered) {
            SecretMask mask = remembered.get(id);
            if (mask != null) {
                return mask;
            }
        }
        SecretMask mask = SecretMask.of(secrets.of(id.job()));
        synchronized (remembered) {
            remembered.put(id, mask);
        }
        return mask;
    }
}
