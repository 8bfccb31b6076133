package dev.penstock.core.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;

/**
 * What is logged and where: the server's log in {@code logs/} below its home, with old ones compressed; without a home,
 * which is in tests, warnings on the console. In Java and not in XML, because parsing that costs a tenth of the start.
 */
public final class LogSettings extends ContextAwareBase implements Configurator {
    /** Line breaks in values would let a caller write lines of the log. */
    static final String PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z', UTC} %-5level [%thread] %logger{0}"
            + "%replace( [%X{request}]){' \\[\\]', ''} - %replace(%msg%replace( %kvp){'^ $', ''}){'[\\r\\n]+', ' | '}%n%ex{60}";

    private static final long FILE_BYTES = 20L << 20;
    private static final long ALL_BYTES = 500L << 20;
    private static final int DAYS = 30;

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        String home = System.getProperty("penstock.home", "");
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(home.isEmpty() ? Level.WARN : Level.INFO);
        root.addAppender(home.isEmpty() ? console(context) : file(context, Path.of(home, "logs")));
        context.getLogger("org.eclipse.jetty").setLevel(Level.WARN);
        context.getLogger("org.flywaydb").setLevel(Level.WARN);
        context.getLogger("io.javalin").setLevel(Level.ERROR);
        context.getLogger("org.pf4j").setLevel(Level.WARN);
        context.getLogger("com.zaxxer.hikari").setLevel(Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static ConsoleAppender<ILoggingEvent> console(LoggerContext context) {
        var appender = new ConsoleAppender<ILoggingEvent>();
        begin(appender, context);
        return appender;
    }

    private static FileAppender<ILoggingEvent> file(LoggerContext context, Path folder) {
        var appender = new RollingFileAppender<ILoggingEvent>();
        appender.setFile(folder.resolve("penstock-server.log").toString());
        var policy = new SizeAndTimeBasedRollingPolicy<ILoggingEvent>();
        policy.setContext(context);
        policy.setParent(appender);
        policy.setFileNamePattern(
                folder.resolve("penstock-server.%d{yyyy-MM-dd}.%i.log.gz").toString());
        policy.setMaxFileSize(new FileSize(FILE_BYTES));
        policy.setTotalSizeCap(new FileSize(ALL_BYTES));
        policy.setMaxHistory(DAYS);
        policy.start();
        appender.setRollingPolicy(policy);
        begin(appender, context);
        return appender;
    }

    private static void begin(OutputStreamAppender<ILoggingEvent> appender, LoggerContext context) {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
    }
}
