package dev.penstock.core.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventPositionTest {

    @Test
    void whatAClientSaysAgainIsUnderstood() {
        var position = new EventPosition(812, 33);

        assertThat(EventPosition.parse(position.toString())).hasValue(position);
    }

    @Test
    void otherWordsAreNot() {
        for (String text : List.of("", "812", "812-", "-33", "812-33-1", "x-y", "1".repeat(40) + "-1", "812-33\n")) {
            assertThat(EventPosition.parse(text)).as(text).isEmpty();
        }
    }

    @Test
    void theTransactionCountsBeforeTheNumber() {
        assertThat(new EventPosition(9, 1).isAfter(new EventPosition(8, 100))).isTrue();
        assertThat(new EventPosition(8, 2).isAfter(new EventPosition(8, 1))).isTrue();
        assertThat(new EventPosition(8, 1).isAfter(new EventPosition(8, 1))).isFalse();
    }

    @Test
    void aSubjectIsAboutItselfAndWhatLiesBelow() {
        var event = new StoredEvent(new EventPosition(1, 1), "run/deploy/42", "k", "{}", Instant.EPOCH);

        assertThat(event.isAbout(List.of())).isTrue();
        assertThat(event.isAbout(List.of("run"))).isTrue();
        assertThat(event.isAbout(List.of("run/deploy"))).isTrue();
        assertThat(event.isAbout(List.of("run/deploy/"))).isTrue();
        assertThat(event.isAbout(List.of("run/deploy/42"))).isTrue();
        assertThat(event.isAbout(List.of("agent", "run/dep", "run/deploy/4", "run/deploy/42/1")))
                .isFalse();
    }
}
