package dev.penstock.core.platform.db;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The schema's numbered steps, forward only. */
public final class Migrations {
    /** Every file in {@code db/migration}, oldest first. Listed here, so that a start need not search for them. */
    public static final List<String> FILES = List.of("V1__schema.sql");

    private static final String APPLIED = """
            SELECT max(CAST(version AS integer))
              FROM flyway_schema_history
             WHERE success AND version IS NOT NULL
            """;

    private Migrations() {}

    /** Brings the schema up to date; costs one query when it is. */
    public static void migrate(DataSource database) {
        int applied = applied(database);
        if (applied == newest()) {
            return;
        }
        if (applied > newest()) {
            throw new IllegalStateException("The database was made by a newer Penstock (schema " + applied
                    + ", this one knows " + newest() + "): start that version, or restore a backup");
        }
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migration")
                .validateMigrationNaming(true)
                .cleanDisabled(true)
                .load()
                .migrate();
    }

    /** The schema that this version works with. */
    public static int newest() {
        return number(FILES.getLast());
    }

    /** The schema that the database has; 0 when it has none. */
    public static int applied(DataSource database) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet there = statement.executeQuery("SELECT to_regclass('flyway_schema_history') IS NOT NULL")) {
                there.next();
                if (!there.getBoolean(1)) {
                    return 0;
                }
            }
            try (ResultSet row = statement.executeQuery(APPLIED)) {
                row.next();
                return row.getInt(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The schema's version cannot be read: " + e.getMessage(), e);
        }
    }

    private static int number(String file) {
        return Integer.parseInt(file.substring(1, file.indexOf("__")));
    }
}
