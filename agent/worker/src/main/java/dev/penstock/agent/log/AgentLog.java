package dev.penstock.agent.log;

import dev.penstock.agent.json.Times;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Gives SLF4J its loggers: INFO and above go to {@code penstock-agent.log} in the folder for logs, or to standard error as
 * long as there is none.
 */
public final class AgentLog implements SLF4JServiceProvider, ILoggerFactory {
    private static volatile @Nullable LogFile file;

    private final Map<String, Logger> loggers = new ConcurrentHashMap<>();
    private final IMarkerFactory markers = new BasicMarkerFactory();

    /** Where the log goes from now on. */
    public static void directory(Path logs) {
        file = new LogFile(logs.resolve("penstock-agent.log"));
    }

    static void append(String line) {
        LogFile to = file;
        String text = Times.text(Instant.now().truncatedTo(ChronoUnit.MILLIS)) + " " + line;
        if (to == null) {
            System.err.print(text);
        } else {
            to.append(text);
        }
    }

    @Override
    public Logger getLogger(String name) {
        return loggers.computeIfAbsent(name, LineLogger::new);
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return this;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return new NOPMDCAdapter();
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }

    @Override
    public void initialize() {
        // There is nothing to prepare.
    }
}
