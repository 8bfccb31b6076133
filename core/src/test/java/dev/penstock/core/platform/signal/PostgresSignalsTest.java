package dev.penstock.core.platform.signal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.db.DatabaseAddress;
import dev.penstock.core.platform.db.Databases;
import dev.penstock.core.testing.TestDatabases;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresSignalsTest {
    private final DatabaseAddress address = TestDatabases.shared().address();
    private final Database database = new Database(Databases.pool(address));
    private final PostgresSignals here = new PostgresSignals(address);
    private final PostgresSignals there = new PostgresSignals(address);
    private final Semaphore wokenHere = new Semaphore(0);
    private final Semaphore wokenThere = new Semaphore(0);

    @BeforeEach
    void listen() throws Exception {
        here.listen(Channel.DISPATCH, wokenHere::release);
        there.listen(Channel.DISPATCH, wokenThere::release);
        here.start();
        there.start();
        // Raised until the other one is heard: its connection is open then.
        do {
            database.useTransaction(tx -> here.raise(tx, Channel.DISPATCH));
        } while (!wokenThere.tryAcquire(50, TimeUnit.MILLISECONDS));
        while (wokenThere.tryAcquire(200, TimeUnit.MILLISECONDS)) {
            wokenThere.drainPermits();
        }
        wokenHere.drainPermits();
    }

    @AfterEach
    void close() {
        here.close();
        there.close();
        database.close();
    }

    @Test
    void wakesEachServerOnceForATransactionThatRaisesTwice() throws Exception {
        database.useTransaction(tx -> {
            here.raise(tx, Channel.DISPATCH);
            here.raise(tx, Channel.DISPATCH);
            assertThat(wokenHere.availablePermits()).isZero();
        });

        assertThat(wokenHere.availablePermits()).isEqualTo(1);
        assertThat(wokenThere.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        assertThat(wokenThere.availablePermits()).isZero();
        assertThat(wokenHere.availablePermits()).isEqualTo(1);
    }

    @Test
    void saysNothingForATransactionThatRollsBack() {
        database.useTransaction(tx -> {
            here.raise(tx, Channel.DISPATCH);
            tx.rollback();
        });
        database.useTransaction(tx -> here.raise(tx, Channel.DISPATCH));

        assertThat(wokenHere.availablePermits()).isEqualTo(1);
    }

    @Test
    void listensAgainAfterItsConnectionWasCutAndWakesForWhatItMayHaveMissed() throws Exception {
        database.read(h -> h.createQuery("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND application_name = 'penstock signals'")
                .mapTo(Integer.class)
                .one());

        assertThat(wokenThere.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    }
}
