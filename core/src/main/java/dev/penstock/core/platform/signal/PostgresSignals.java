package dev.penstock.core.platform.signal;

import dev.penstock.core.platform.db.DatabaseAddress;
import dev.penstock.core.platform.ids.Tokens;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals over NOTIFY. One connection of its own listens; when it is lost, it is opened again and every listener is
 * called, because something may have been missed. Thread-safe.
 */
public final class PostgresSignals implements Signals, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PostgresSignals.class);
    private static final String PREFIX = "penstock_";
    private static final String NOTIFY = "SELECT pg_notify(:channel, :node)";

    /** How often the silent connection is tried: a broken one is noticed after this. */
    private static final Duration QUIET = Duration.ofSeconds(20);

    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final Duration STOP = Duration.ofSeconds(5);

    private final DatabaseAddress address;
    /** Sent as the payload: who raised a signal has woken its own listeners already. */
    private final String node = Tokens.uuid().toString();

    private final Map<Channel, List<Runnable>> listeners = new EnumMap<>(Channel.class);
    private final Map<Handle, Set<Channel>> raised = new ConcurrentHashMap<>();
    private final Thread thread = Thread.ofVirtual().name("signals").unstarted(this::run);
    private volatile boolean closed;
    private volatile @Nullable Connection connection;

    public PostgresSignals(DatabaseAddress address) {
        this.address = address;
        for (Channel channel : Channel.values()) {
            listeners.put(channel, new CopyOnWriteArrayList<>());
        }
    }

    /** Begins to listen to other servers of the same database. */
    public void start() {
        thread.start();
    }

    @Override
    public void raise(Handle tx, Channel channel) {
        Set<Channel> inThis = raised.computeIfAbsent(tx, this::forgetAtTheEnd);
        if (!inThis.add(channel)) {
            return;
        }
        tx.createQuery(NOTIFY)
                .bind("channel", name(channel))
                .bind("node", node)
                .mapTo(String.class)
                .findOne();
        tx.afterCommit(() -> wake(channel));
    }

    private Set<Channel> forgetAtTheEnd(Handle tx) {
        tx.afterCommit(() -> raised.remove(tx));
        tx.afterRollback(() -> raised.remove(tx));
        return EnumSet.noneOf(Channel.class);
    }

    @Override
    public AutoCloseable listen(Channel channel, Runnable listener) {
        List<Runnable> all = of(channel);
        all.add(listener);
        return () -> all.remove(listener);
    }

    private List<Runnable> of(Channel channel) {
        return listeners.getOrDefault(channel, List.of());
    }

    private void wake(Channel channel) {
        for (Runnable listener : of(channel)) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                log.atError().setCause(e).addKeyValue("channel", channel).log("A listener failed");
            }
        }
    }

    private void run() {
        Duration wait = FIRST_WAIT;
        boolean before = false;
        while (!closed) {
            try (Connection listening = open()) {
                connection = listening;
                if (before) {
                    log.info("Listening to the database again");
                    for (Channel channel : Channel.values()) {
                        wake(channel);
                    }
                }
                before = true;
                wait = FIRST_WAIT;
                receive(listening);
            } catch (SQLException e) {
                if (closed) {
                    return;
                }
                log.atWarn().addKeyValue("reason", e.getMessage()).log("The database cannot be listened to");
            } finally {
                connection = null;
            }
            try {
                Thread.sleep(wait);
            } catch (InterruptedException _) {
                return;
            }
            Duration doubled = wait.multipliedBy(2);
            wait = doubled.compareTo(LONGEST_WAIT) < 0 ? doubled : LONGEST_WAIT;
        }
    }

    private Connection open() throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", address.user());
        properties.setProperty("password", address.password());
        properties.setProperty("ApplicationName", "penstock signals");
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("tcpKeepAlive", "true");
        Connection opened = DriverManager.getConnection(address.url(), properties);
        try (Statement statement = opened.createStatement()) {
            for (Channel channel : Channel.values()) {
                statement.execute("LISTEN " + name(channel));
            }
        } catch (SQLException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    private void receive(Connection listening) throws SQLException {
        PGConnection postgres = listening.unwrap(PGConnection.class);
        while (!closed) {
            PGNotification[] notifications = postgres.getNotifications((int) QUIET.toMillis());
            if (notifications == null || notifications.length == 0) {
                if (!listening.isValid((int) QUIET.toSeconds())) {
                    throw new SQLException("the connection is broken");
                }
                continue;
            }
            var channels = EnumSet.noneOf(Channel.class);
            for (PGNotification notification : notifications) {
                if (!notification.getParameter().equals(node)) {
                    channels.add(channel(notification.getName()));
                }
            }
            channels.forEach(this::wake);
        }
    }

    private static String name(Channel channel) {
        return PREFIX + channel.name().toLowerCase(Locale.ROOT);
    }

    private static Channel channel(String name) {
        return Channel.valueOf(name.substring(PREFIX.length()).toUpperCase(Locale.ROOT));
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        Connection last = connection;
        try {
            if (last != null) {
                last.close();
            }
            if (thread.isAlive() && !thread.join(STOP)) {
                log.warn("The listening thread has not ended");
            }
        } catch (SQLException e) {
            log.atDebug().setCause(e).log("The listening connection was closed already");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
