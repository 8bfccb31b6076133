package dev.penstock.core.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogSettingsTest {

    private static String line(String message, Map<String, String> context) {
        var logging = new LoggerContext();
        var layout = new PatternLayout();
        layout.setContext(logging);
        layout.setPattern(LogSettings.PATTERN);
        layout.start();
        var event = new LoggingEvent(
                "", logging.getLogger("dev.penstock.core.run.Part"), Level.INFO, message, null, new Object[0]);
        event.setThreadName("main");
        event.setInstant(Instant.parse("2026-11-25T12:00:00Z"));
        event.setMDCPropertyMap(context);
        return layout.doLayout(event);
    }

    @Test
    void aLineOfARequestHasItsId() {
        assertThat(line("Job assigned", Map.of("request", "4bf92f3577b34da6")))
                .isEqualTo("2026-11-25T12:00:00.000Z INFO  [main] Part [4bf92f3577b34da6] - Job assigned\n");
    }

    @Test
    void aLineOfNoRequestHasNone() {
        assertThat(line("Job assigned", Map.of()))
                .isEqualTo("2026-11-25T12:00:00.000Z INFO  [main] Part - Job assigned\n");
    }

    @Test
    void aValueWithLineBreaksMakesNoLine() {
        assertThat(line("a\r\nb", Map.of())).endsWith(" - a | b\n");
    }
}
