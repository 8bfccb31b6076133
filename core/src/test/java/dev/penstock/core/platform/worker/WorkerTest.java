package dev.penstock.core.platform.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WorkerTest {
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Semaphore taken = new Semaphore(0);

    private boolean take() {
        taken.release();
        return false;
    }

    private boolean tookOne() throws InterruptedException {
        return taken.tryAcquire(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void stepsAtItsStartAndWhenItIsWoken() throws Exception {
        try (var worker = new Worker("test", NEVER, this::take)) {
            worker.start();
            assertThat(tookOne()).isTrue();

            worker.wake();

            assertThat(tookOne()).isTrue();
        }
    }

    @Test
    void stepsByItselfWhenItsTickComes() throws Exception {
        try (var worker = new Worker("test", Duration.ofMillis(1), this::take)) {
            worker.start();

            assertThat(taken.tryAcquire(3, SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void stepsAgainAtOnceWhileThereIsMore() throws Exception {
        var left = new AtomicInteger(5);
        try (var worker = new Worker("test", NEVER, () -> {
            take();
            return left.decrementAndGet() > 0;
        })) {
            worker.start();

            assertThat(taken.tryAcquire(5, SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void goesOnAfterAStepThatFails() throws Exception {
        var first = new AtomicInteger();
        try (var worker = new Worker("test", Duration.ofMillis(1), () -> {
            take();
            if (first.getAndIncrement() == 0) {
                throw new StackOverflowError("as of a parser");
            }
            return false;
        })) {
            worker.start();

            assertThat(taken.tryAcquire(3, SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(worker.failures()).isEqualTo(1);
            assertThat(worker.lastFailure()).isEmpty();
        }
    }

    @Test
    void takesNoStepWhilePausedAndOneWhenItGoesOn() throws Exception {
        try (var worker = new Worker("test", Duration.ofMillis(1), this::take)) {
            worker.pause();
            worker.start();
            assertThat(worker.steps()).isZero();

            worker.resume();

            assertThat(tookOne()).isTrue();
        }
    }

    @Test
    void waitsForThePresentStepWhenItStops() throws Exception {
        var inside = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var done = new AtomicInteger();
        var worker = new Worker("test", NEVER, () -> {
            inside.countDown();
            go.await();
            done.incrementAndGet();
            return true;
        });
        worker.start();
        inside.await();

        var stopped = new AtomicInteger();
        Thread stopping = Thread.ofVirtual().start(() -> stopped.set(worker.stop(SOON) ? 1 : 2));
        while (worker.isRunning()) { // until it has been told to stop
            Thread.onSpinWait();
        }
        go.countDown();
        stopping.join();

        assertThat(stopped).hasValue(1);
        assertThat(done).hasValue(1);
    }

    @Test
    void interruptsAStepThatOutlastsTheDeadline() throws Exception {
        var inside = new CountDownLatch(1);
        var worker = new Worker("test", NEVER, () -> {
            inside.countDown();
            new CountDownLatch(1).await();
            return false;
        });
        worker.start();
        inside.await();

        boolean ended = worker.stop(Duration.ofMillis(1));

        assertThat(ended).isTrue();
        assertThat(worker.isRunning()).isFalse();
    }

    @Test
    void mayBeStoppedTwiceAndBeforeItsStartButStartsOnlyOnce() {
        var worker = new Worker("test", NEVER, this::take);
        assertThat(worker.stop(SOON)).isTrue();
        assertThat(worker.stop(SOON)).isTrue();

        assertThatThrownBy(worker::start).isInstanceOf(IllegalStateException.class);
    }
}
