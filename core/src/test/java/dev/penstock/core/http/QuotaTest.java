package dev.penstock.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class QuotaTest {
    private final AtomicLong nanos = new AtomicLong();

    private Quota quota(int perSecond, int atOnce) {
        return new Quota(perSecond, atOnce, nanos::get);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static int admitted(Quota quota, Object caller, int times) {
        int admitted = 0;
        for (int i = 0; i < times; i++) {
            if (quota.enter(caller).isEmpty()) {
                quota.leave(caller);
                admitted++;
            }
        }
        return admitted;
    }

    @Test
    void aCallerMaySaveTwoSecondsAndNoMore() {
        Quota quota = quota(10, 0);
        pass(Duration.ofHours(1));

        assertThat(admitted(quota, "alma", 100)).isEqualTo(20);
        pass(Duration.ofSeconds(1));
        assertThat(admitted(quota, "alma", 100)).isEqualTo(10);
        pass(Duration.ofHours(1));
        assertThat(admitted(quota, "alma", 100)).isEqualTo(20);
        assertThat(quota.refusals()).isEqualTo(80 + 90 + 80);
    }

    @Test
    void whoIsRefusedIsToldWhenTheNextWouldPass() {
        Quota quota = quota(10, 0);
        admitted(quota, "alma", 20);

        Duration wait = quota.enter("alma").orElseThrow();

        assertThat(wait).isEqualTo(Duration.ofMillis(100));
        pass(wait.minusMillis(1));
        assertThat(quota.enter("alma")).isPresent();
        pass(Duration.ofMillis(1));
        assertThat(quota.enter("alma")).isEmpty();
    }

    @Test
    void oneCallerIsNotRefusedForAnother() {
        Quota quota = quota(10, 0);
        admitted(quota, "alma", 100);

        assertThat(admitted(quota, "bruno", 5)).isEqualTo(5);
    }

    @Test
    void soManyAreUnderWayAtATime() {
        Quota quota = quota(0, 2);

        assertThat(quota.enter("alma")).isEmpty();
        assertThat(quota.enter("alma")).isEmpty();
        assertThat(quota.enter("alma")).hasValue(Duration.ofSeconds(1));
        assertThat(quota.enter("bruno")).isEmpty();
        quota.leave("alma");
        assertThat(quota.enter("alma")).isEmpty();
    }

    @Test
    void zeroIsAnyNumber() {
        assertThat(admitted(quota(0, 0), "alma", 10_000)).isEqualTo(10_000);
    }

    @Test
    void manyAddressesAreOneCallerAndNobodyOfBeforeIsForgottenForThem() {
        Quota quota = quota(10, 0);
        admitted(quota, "alma", 100);

        int admitted = 0;
        for (int i = 0; i < 50_000; i++) {
            admitted += admitted(quota, i, 1);
        }

        assertThat(admitted)
                .as("as many as are known, and two seconds for all others")
                .isEqualTo(19_999 + 20);
        assertThat(quota.enter("alma")).isPresent();
        pass(Duration.ofSeconds(3));
        assertThat(admitted(quota, "bruno", 5)).as("room is made").isEqualTo(5);
    }

    @Test
    void nothingIsLostWhenManyThreadsShareACaller() throws Exception {
        Quota quota = quota(0, 8);
        List<Future<Integer>> all = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                Callable<Integer> many = () -> admitted(quota, "alma", 20_000);
                all.add(threads.submit(many));
            }
            for (Future<Integer> one : all) {
                assertThat(one.get()).isEqualTo(20_000);
            }
        }

        for (int i = 0; i < 8; i++) {
            assertThat(quota.enter("alma")).isEmpty();
        }
        assertThat(quota.enter("alma")).as("none was left over").isPresent();
    }
}
