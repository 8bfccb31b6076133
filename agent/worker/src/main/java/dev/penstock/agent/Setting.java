package dev.penstock.agent;

import java.util.Locale;

/** Every setting of the agent: its key is the constant's name, its default and its meaning stand beside it. */
enum Setting {
    SERVER_URL(Kind.TEXT, "http://127.0.0.1:8153", "Where the server is: http:// or https:// with host and port."),
    SERVER_TRUST_FILE(
            Kind.PATH, "", "A PEM file with the only certificates to trust; empty: those of the Java runtime."),
    AGENT_NAME(Kind.TEXT, "", "What people call this agent; empty: the name of the machine."),
    AGENT_AUTO_REGISTER_KEY(Kind.TEXT, "", "A registration key, which enables this agent without a person."),
    AGENT_AUTO_REGISTER_KEY_FILE(
            Kind.PATH, "", "A file with the registration key in its first line, instead of the key itself."),
    AGENT_RESOURCES(Kind.LIST, "", "Resources to ask for together with the key, separated by commas."),
    AGENT_ENVIRONMENTS(Kind.LIST, "", "Environments to ask for together with the key, separated by commas."),
    DATA_DIRECTORY(Kind.PATH, "data", "The agent's identity, journal and caches. Relative paths begin at its folder."),
    WORK_DIRECTORY(Kind.PATH, "pipelines", "Where each pipeline has its working directory."),
    WORK_MIN_FREE_MEBIBYTES(0, 16_777_216, "100", "With less free space there the agent takes no job."),
    JOBS_GRACE_SECONDS(
            0, 600, "5", "How long processes may take to end when they are asked to, before they are killed."),
    CONSOLE_SPOOL_MEBIBYTES(
            1,
            1_048_576,
            "1024",
            "How much console may wait for the server before the program that prints has to wait."),
    PLUGINS_CACHE_MEBIBYTES(1, 1_048_576, "512", "How much the jars of plugins may take on disk."),
    MATERIALS_LOCAL_FOLDERS(
            Kind.LIST, "", "Folders of this machine, separated by commas, from which materials may be read."),
    MATERIALS_NETWORK_TIMEOUT_SECONDS(1, 3600, "60", "How long a checkout waits for the next bytes."),
    MATERIALS_FETCH_LIMIT_MEBIBYTES(1, 1_048_576, "10240", "The most that one checkout may fetch.");

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

    /** The word before the first underscore is the group: {@code AGENT_NAME} is {@code agent.name}. */
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
