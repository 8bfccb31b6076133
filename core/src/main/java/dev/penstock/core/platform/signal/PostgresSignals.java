package dev.penstock.core.platform.signal;

import dev.penstock.core.platform.db.DatabaseAddress;
import dev.penstock.core.platform.ids.Tokens;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
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
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals over NOTIFY. One connection of its own listens; when it is lost, it is opened again and every listener is
 * called, because something may have been missed. Another tells the others what was raised here, soon after the commit and
 * not in it: NOTIFY makes all transactions that use it commit one after the other, and many signals of a busy moment are
 * told as one. Thread-safe.
 */
public final class PostgresSignals implements Signals, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PostgresSignals.class);
    private static final String PREFIX = "penstock_";
    private static final String NOTIFY = "SELECT pg_notify(channel, ?) FROM unnest(?) AS channel";

    /** How often the silent connection is tried: a broken one is noticed after this. */
    private static final Duration QUIET = Duration.ofSeconds(20);

    /** Signals within this time are told together. */
    private static final Duration TOLD_APART = Duration.ofMillis(10);

    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final Duration STOP = Duration.ofSeconds(5);

    private final DatabaseAddress address;
    /** Sent as the payload: who raised a signal has woken its own listeners already. */
    private final String node = Tokens.uuid().toString();

    private final Map<Channel, List<Runnable>> listeners = new EnumMap<>(Channel.class);
    private final Map<Handle, Set<Channel>> raised = new ConcurrentHashMap<>();
    private final Set<Channel> untold = EnumSet.noneOf(Channel.class);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition raisedOne = lock.newCondition();
    private final Thread listener = Thread.ofVirtual().name("signals-listener").unstarted(this::listen);
    private final Thread teller = Thread.ofVirtual().name("signals-teller").unstarted(this::tell);
    private volatile boolean closed;
    private volatile @Nullable Connection listening;
    private volatile @Nullable Connection telling;

    public PostgresSignals(DatabaseAddress address) {
        this.address = address;
        for (Channel channel : Channel.values()) {
            listeners.put(channel, new CopyOnWriteArrayList<>());
        }
    }

    /** Begins to listen to other servers of the same database, and to tell them. */
    public void start() {
        listener.start();
        teller.start();
    }

    @Override
    public void raise(Handle tx, Channel channel) {
        Set<Channel> inThis = raised.computeIfAbsent(tx, this::forgetAtTheEnd);
        if (!inThis.add(channel)) {
            return;
        }
        tx.afterCommit(() -> {
            wake(channel);
            tellLater(channel);
        });
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

    private void tellLater(Channel channel) {
        lock.lock();
        try {
            untold.add(channel);
            raisedOne.signal();
        } finally {
            lock.unlock();
        }
    }

    /** What a connection is for; returns when it is broken or nobody needs it any more. */
    private interface Use {
        void of(Connection connection, boolean again) throws SQLException, InterruptedException;
    }

    private void listen() {
        keepOpen("The database cannot be listened to", (connection, again) -> {
            listening = connection;
            try (Statement statement = connection.createStatement()) {
                for (Channel channel : Channel.values()) {
                    statement.execute("LISTEN " + name(channel));
                }
            }
            if (again) {
                log.info("Listening to the database again");
                for (Channel channel : Channel.values()) {
                    wake(channel);
                }
            }
            receive(connection);
        });
    }

    private void tell() {
        keepOpen("Other servers of the database cannot be told", (connection, _) -> {
            telling = connection;
            while (!closed) {
                Set<Channel> channels = nextUntold();
                try (PreparedStatement statement = connection.prepareStatement(NOTIFY)) {
                    statement.setString(1, node);
                    statement.setArray(
                            2,
                            connection.createArrayOf(
                                    "text",
                                    channels.stream().map(PostgresSignals::name).toArray()));
                    statement.execute();
                } catch (SQLException e) {
                    channels.forEach(this::tellLater);
                    throw e;
                }
                Thread.sleep(TOLD_APART);
            }
        });
    }

    private Set<Channel> nextUntold() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (untold.isEmpty()) {
                raisedOne.await();
            }
            Set<Channel> next = EnumSet.copyOf(untold);
            untold.clear();
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void keepOpen(String trouble, Use use) {
        Duration wait = FIRST_WAIT;
        boolean again = false;
        while (!closed) {
            try (Connection connection = open()) {
                wait = FIRST_WAIT;
                use.of(connection, again);
            } catch (SQLException e) {
                if (closed) {
                    return;
                }
                log.atWarn().addKeyValue("reason", e.getMessage()).log(trouble);
            } catch (InterruptedException _) {
                return;
            }
            again = true;
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
        return DriverManager.getConnection(address.url(), properties);
    }

    private void receive(Connection connection) throws SQLException {
        PGConnection postgres = connection.unwrap(PGConnection.class);
        while (!closed) {
            PGNotification[] notifications = postgres.getNotifications((int) QUIET.toMillis());
            if (notifications == null || notifications.length == 0) {
                if (!connection.isValid((int) QUIET.toSeconds())) {
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
        for (Thread thread : List.of(listener, teller)) {
            thread.interrupt();
        }
        closeQuietly(listening);
        closeQuietly(telling);
        try {
            for (Thread thread : List.of(listener, teller)) {
                if (thread.isAlive() && !thread.join(STOP)) {
                    log.atWarn().addKeyValue("thread", thread.getName()).log("A thread of signals has not ended");
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(@Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            log.atDebug().setCause(e).log("A connection of signals was closed already");
        }
    }
}
