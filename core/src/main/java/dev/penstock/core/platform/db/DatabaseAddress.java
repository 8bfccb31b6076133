package dev.penstock.core.platform.db;

/**
 * Where the database is and how to get in.
 *
 * @param url a JDBC address of PostgreSQL, without password
 * @param connections the most that this server opens; claims and requests share them
 * @param ours whether it is the embedded one, whose settings we answer for
 */
public record DatabaseAddress(String url, String user, String password, int connections, boolean ours) {
    /** Two cores commit no faster with more; PostgreSQL pays some megabytes for each. */
    public static final int DEFAULT_CONNECTIONS = 20;

    public DatabaseAddress {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("Not an address of PostgreSQL: \"" + url + "\"");
        }
        if (connections < 4) {
            throw new IllegalArgumentException("At least 4 connections are needed, not " + connections);
        }
    }

    @Override
    public String toString() {
        return user + " at " + url;
    }
}
