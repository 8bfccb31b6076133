package dev.penstock.core.platform.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.config.JdbiConfig;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/**
 * The writes of a transaction whose answers nobody waits for. They are sent together, in the order in which they were
 * added, by one round trip to the database: at the latest before the commit, or when {@link #send} asks for it because what
 * comes next must see them. One that fails rolls the transaction back, as any other statement. Belongs to one handle and,
 * as that, to one thread.
 */
public final class Writes implements JdbiConfig<Writes> {
    /** A name behind one colon; two are a cast. */
    private static final Pattern NAME = Pattern.compile("(?<!:):([a-zA-Z]\\w*)");

    private static final Map<String, Positional> PARSED = new ConcurrentHashMap<>();

    private final List<Write> waiting = new ArrayList<>();

    /** Called by Jdbi for each handle. */
    public Writes() {}

    /** @param names of the parameters, one for each question mark */
    private record Positional(String sql, List<String> names) {

        static Positional of(String sql) {
            List<String> names = new ArrayList<>();
            Matcher found = NAME.matcher(sql);
            var text = new StringBuilder();
            while (found.find()) {
                names.add(found.group(1));
                found.appendReplacement(text, "?");
            }
            found.appendTail(text);
            return new Positional(text.toString(), List.copyOf(names));
        }
    }

    /**
     * Adds a write to those that wait.
     *
     * @param sql one of the few statements of a store, with {@code :name} for each parameter and no literal that holds a
     *     colon; it returns no rows
     * @throws IllegalStateException outside of a transaction, where it would never be sent
     */
    public static Write later(Handle tx, String sql) {
        if (!tx.isInTransaction()) {
            throw new IllegalStateException("Only a transaction can write later");
        }
        var write = new Write(PARSED.computeIfAbsent(sql, Positional::of));
        tx.getConfig(Writes.class).waiting.add(write);
        return write;
    }

    /** Sends what waits, because what comes next reads it. */
    public static void send(Handle tx) {
        tx.getConfig(Writes.class).sendAll(tx);
    }

    private void sendAll(Handle tx) {
        if (waiting.isEmpty()) {
            return;
        }
        List<Write> all = List.copyOf(waiting);
        waiting.clear();
        if (!tx.isInTransaction()) {
            return; // it was rolled back, and they with it
        }
        var sql = new StringBuilder();
        all.forEach(write -> sql.append(sql.isEmpty() ? "" : ";\n").append(write.positional.sql()));
        Connection connection = tx.getConnection();
        try (PreparedStatement statement = connection.prepareStatement(sql.toString())) {
            int index = 1;
            for (Write write : all) {
                for (String name : write.positional.names()) {
                    write.set(connection, statement, index++, name);
                }
            }
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new UnableToExecuteStatementException(e, null);
        }
    }

    /** A statement of its own for each handle: nothing is handed on. */
    @Override
    public Writes createCopy() {
        return new Writes();
    }

    /** A statement and what is in it. */
    public static final class Write {
        private final Positional positional;
        private final Map<String, @Nullable Object> values = new HashMap<>();

        private Write(Positional positional) {
            this.positional = positional;
        }

        /** @param value a text, number, boolean, UUID, time, or null */
        public Write bind(String name, @Nullable Object value) {
            values.put(name, value);
            return this;
        }

        /** @param type of PostgreSQL, such as {@code text} */
        public Write bindArray(String name, String type, List<?> elements) {
            return bind(name, new SqlArray(type, elements.toArray()));
        }

        private void set(Connection connection, PreparedStatement statement, int index, String name)
                throws SQLException {
            if (!values.containsKey(name)) {
                throw new IllegalStateException("No value for :" + name + " in " + positional.sql());
            }
            switch (values.get(name)) {
                case null -> statement.setNull(index, Types.NULL);
                case Instant time -> statement.setObject(index, time.atOffset(ZoneOffset.UTC));
                case SqlArray(var type, var elements) ->
                    statement.setArray(index, connection.createArrayOf(type, elements));
                case Object plain -> statement.setObject(index, plain);
            }
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // equality is never asked of it
    private record SqlArray(String type, Object[] elements) {}
}
