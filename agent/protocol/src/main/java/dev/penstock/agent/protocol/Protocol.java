package dev.penstock.agent.protocol;

import java.time.Duration;

/** The version of the protocol and the limits that both sides keep. */
public final class Protocol {
    /** Sent with each registration and poll; the server answers 426 to a version that it does not speak. */
    public static final int VERSION = 1;

    /** A console chunk is at most this long: a lost answer costs little to repeat, and no buffer on the way is large. */
    public static final int MAX_CONSOLE_CHUNK_BYTES = 1 << 20;

    /** The usual size of a chunk under load, and the age at which a smaller one is sent. */
    public static final int CONSOLE_CHUNK_BYTES = 64 * 1024;

    public static final Duration CONSOLE_CHUNK_AGE = Duration.ofMillis(100);

    /** A job's last report is at most this long: it names all artifacts, at some 250 bytes each. */
    public static final int MAX_REPORT_BYTES = 32 << 20;

    /** Any other JSON body of this protocol is at most this long. */
    public static final int MAX_JSON_BYTES = 4 << 20;

    /** Each report renews the lease of its job for this long, by the server's clock. */
    public static final Duration LEASE = Duration.ofSeconds(60);

    /** The longest silence of an agent that holds a job: a quarter of the lease, so that three reports may be lost. */
    public static final Duration REPORT_INTERVAL = Duration.ofSeconds(15);

    /** How many files one job may publish. */
    public static final int MAX_ARTIFACTS = 100_000;

    /** What the agent's token and its proof say they are for. */
    public static final String AGENT_TOKEN_AUDIENCE = "penstock-agent";

    public static final String AGENT_TOKEN_TYPE = "penstock-agent+jwt";
    public static final String ASSERTION_AUDIENCE = "penstock-agent-token";
    public static final String ASSERTION_TYPE = "penstock-assertion+jwt";

    private Protocol() {}
}
