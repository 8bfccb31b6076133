package dev.penstock.core.app;

import java.util.Locale;

/** Every setting of the server: its key in {@code config/penstock-server.properties}, its default, and what it is for. */
enum Setting {
    HTTP_HOST(Kind.TEXT, "127.0.0.1", "The address to listen on. Until login exists it has to be a loopback address."),
    HTTP_PORT(0, 65_535, "8153", "The port to listen on; 0 takes a free one."),
    SITE_URL(
            Kind.TEXT,
            "",
            "How people and agents reach the server, such as https://penstock.example; empty: http://localhost and the port."),

    HTTP_REQUESTS_PER_SECOND(
            0,
            1_000_000,
            "1000",
            "How many requests one address may make in a second, on average; it may save up twice as many. 0: any number."),
    /** Of the streams, which count among these, a fifth is left to others. */
    HTTP_REQUESTS_AT_ONCE(
            0, 100_000, "800", "How many requests of one address may be under way, streams among them. 0: any number."),

    DATA_DIRECTORY(
            Kind.PATH,
            "data",
            "What must be kept: database, consoles, artifacts, keys. Relative paths begin at the server's folder."),

    DATABASE_URL(
            Kind.TEXT,
            "",
            "jdbc:postgresql://HOST/NAME of your own PostgreSQL 15 or later; empty: the embedded one in the data directory."),
    DATABASE_USER(Kind.TEXT, "", "The user of your own PostgreSQL."),
    DATABASE_PASSWORD_FILE(Kind.PATH, "", "A file of mode 0600 with that user's password in its first line."),
    DATABASE_CONNECTIONS(4, 200, "20", "The most connections that this server opens."),

    EVENTS_KEEP_DAYS(1, 365, "7", "How long the stream of events can be resumed."),
    AUDIT_KEEP_DAYS(0, 36_500, "0", "Deletes entries of the audit trail after so long; 0: never."),

    TRIGGERS_KEEP_DAYS(
            0, 36_500, "30", "How long a trigger that ended can be asked about; its run stays. 0: for ever."),

    PLUGINS_BUNDLED_DIRECTORY(Kind.PATH, "plugins/bundled", "The plugins that came with the server."),
    PLUGINS_EXTERNAL_DIRECTORY(Kind.PATH, "plugins/external", "Your plugins: put jars here."),

    MATERIALS_POLL_SECONDS(1, 86_400, "30", "How long to wait between two looks at a material."),
    MATERIALS_LOCAL_FOLDERS(
            Kind.LIST, "", "Folders of this machine, separated by commas, from which materials may be read."),
    MATERIALS_PER_HOST(1, 64, "4", "How many materials of one host are looked at together."),
    MATERIALS_EVENTS_KEEP_DAYS(0, 36_500, "90", "How long failures of materials are remembered. 0: for ever."),
    MATERIALS_FETCH_LIMIT_MEBIBYTES(1, 1_048_576, "2048", "The most that one look at a material may fetch."),

    AGENTS_POLL_WAIT_SECONDS(1, 55, "25", "How long an agent's question for work may wait for an answer."),

    AGENTS_REQUESTS_PER_SECOND(
            0,
            1_000_000,
            "500",
            "How many requests one agent may make in a second; those that renew leases count by themselves. 0: any number."),

    JOBS_IDLE_TIMEOUT_MINUTES(
            0, 525_600, "0", "Ends a job that printed nothing for so long; 0: never. A job's own setting wins."),
    JOBS_TOTAL_TIMEOUT_MINUTES(
            0, 525_600, "0", "Ends a job that runs for so long; 0: never. A job's own setting wins."),
    JOBS_QUEUE_TIMEOUT_MINUTES(
            0, 525_600, "0", "Gives up a job that waits for an agent for so long; 0: never. A job's own setting wins."),

    CONSOLE_MAX_MEBIBYTES(1, 1_048_576, "1024", "The most that is kept of one console."),
    CONSOLE_KEEP_DAYS(0, 36_500, "0", "Deletes consoles of runs that ended so long ago; 0: none for their age."),
    CONSOLE_KEEP_RUNS(0, 1_000_000, "0", "Keeps consoles of so many newest runs of each pipeline; 0: of all."),
    CONSOLE_PURGE_BELOW_MEBIBYTES(
            0, 16_777_216, "0", "Deletes the oldest consoles when free space falls below this; 0: never."),
    CONSOLE_PURGE_UNTIL_MEBIBYTES(0, 16_777_216, "0", "Stops deleting them when free space is above this."),

    ARTIFACTS_FILE_MAX_MEBIBYTES(1, 16_777_216, "20480", "The largest file that a job may publish."),
    ARTIFACTS_JOB_MAX_MEBIBYTES(1, 16_777_216, "51200", "The most that one job may publish."),
    ARTIFACTS_FREE_MIN_MEBIBYTES(0, 16_777_216, "2048", "Below this much free space uploads are refused."),
    ARTIFACTS_KEEP_DAYS(0, 36_500, "0", "Deletes artifacts of runs that ended so long ago; 0: none for their age."),
    ARTIFACTS_KEEP_RUNS(0, 1_000_000, "0", "Keeps artifacts of so many newest runs of each pipeline; 0: of all."),
    ARTIFACTS_PURGE_BELOW_MEBIBYTES(
            0, 16_777_216, "0", "Deletes the oldest artifacts when free space falls below this; 0: never."),
    ARTIFACTS_PURGE_UNTIL_MEBIBYTES(0, 16_777_216, "0", "Stops deleting them when free space is above this.");

    /** What a value is. */
    enum Kind {
        TEXT,
        PATH,
        NUMBER,
        LIST
    }

    private final Kind kind;
    private final long min;
    private final long max;
    private final String defaultValue;
    private final String help;

    Setting(Kind kind, String defaultValue, String help) {
        this.kind = kind;
        this.min = 0;
        this.max = 0;
        this.defaultValue = defaultValue;
        this.help = help;
    }

    Setting(long min, long max, String defaultValue, String help) {
        this.kind = Kind.NUMBER;
        this.min = min;
        this.max = max;
        this.defaultValue = defaultValue;
        this.help = help;
    }

    /** The word before the first underscore is the group: {@code HTTP_PORT} is {@code http.port}. */
    String key() {
        String lower = name().toLowerCase(Locale.ROOT);
        int end = lower.indexOf('_');
        return lower.substring(0, end) + "." + lower.substring(end + 1).replace('_', '-');
    }

    Kind kind() {
        return kind;
    }

    long min() {
        return min;
    }

    long max() {
        return max;
    }

    String defaultValue() {
        return defaultValue;
    }

    String help() {
        return help;
    }
}
