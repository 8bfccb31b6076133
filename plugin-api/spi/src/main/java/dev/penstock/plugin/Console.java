package dev.penstock.plugin;

/**
 * The console of a job. Thread-safe. Secrets of the job are masked by the host, and a call blocks while the agent's
 * buffer is full, so that no line is ever dropped.
 */
public interface Console {

    /** Writes a line of the tool's own output. A line break is added; the text may hold ANSI colours. */
    void out(String line);

    /** Writes a line that the tool printed as an error. */
    void err(String line);

    /** Writes a line of the host's or the plugin's own words about what it does, such as the command it starts. */
    void note(String line);
}
