package dev.penstock.core.testing;

import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.Handle;

/** Signals within the test's process: listeners are called after the commit, on the committing thread. Thread-safe. */
public final class LocalSignals implements Signals {
    private final Map<Channel, List<Runnable>> listeners = new EnumMap<>(Channel.class);

    public LocalSignals() {
        for (Channel channel : Channel.values()) {
            listeners.put(channel, new CopyOnWriteArrayList<>());
        }
    }

    @Override
    public void raise(Handle tx, Channel channel) {
        tx.afterCommit(() -> of(channel).forEach(Runnable::run));
    }

    @Override
    public AutoCloseable listen(Channel channel, Runnable listener) {
        of(channel).add(listener);
        return () -> of(channel).remove(listener);
    }

    private List<Runnable> of(Channel channel) {
        return listeners.getOrDefault(channel, List.of());
    }
}
