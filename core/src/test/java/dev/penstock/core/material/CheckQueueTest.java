package dev.penstock.core.material;

import static dev.penstock.core.material.MaterialFixture.material;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.WithDatabase;
import dev.penstock.plugin.material.Revision;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Claims as two servers see them; nobody looks by itself here. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheckQueueTest {
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final int MANY = 48;
    private static final int PER_HOST = 2;

    private Database database;
    private MaterialFixture materials;
    private Findings findings;

    @BeforeAll
    void open(Database given, LocalSignals signals, EventStore events, @TempDir Path folder) throws IOException {
        database = given;
        materials = new MaterialFixture(database, signals, events, folder);
        findings = new Findings(database, materials.silent(), events, Duration.ofSeconds(30));
    }

    @AfterAll
    void close() {
        materials.close();
    }

    @BeforeEach
    void nothingIsDue() {
        materials.execute("DELETE FROM material_check");
        materials.execute("UPDATE material SET next_check_at = now() + interval '1 hour', claimed_until = NULL,"
                + " failures = 0, error_kind = NULL, error_since = NULL");
    }

    private MaterialId due(String name, String host) {
        materials.save(name, material(materials.repository(name)));
        MaterialId id = materials.materialOf(name, 0);
        materials.execute("DELETE FROM material_check");
        materials.execute("UPDATE material SET next_check_at = now() - interval '1 s', host = "
                + (host.isEmpty() ? "NULL" : "'" + host + "'") + " WHERE id = " + id.value());
        return id;
    }

    private List<Claim> claim() {
        return database.inTransaction(tx -> CheckQueue.claim(tx, MANY, PER_HOST, LEASE));
    }

    private void ask(MaterialId id) {
        database.useTransaction(tx -> CheckQueue.ask(tx, List.of(id), "test"));
    }

    private static Finding.Changed changed(String... revisions) {
        return new Finding.Changed(List.of(revisions).stream()
                .map(id -> new Revision(id, "Ada", Instant.EPOCH, "Change", List.of()))
                .toList());
    }

    @Test
    void whatOneServerHasClaimedNoOtherGets() {
        MaterialId id = due("claimed", "");

        assertThat(claim()).extracting(Claim::id).containsExactly(id);
        assertThat(claim()).isEmpty();
    }

    @Test
    void whatIsLockedIsPassedOver() {
        MaterialId locked = due("locked", "");
        MaterialId free = due("free", "");

        List<Claim> claims = database.inTransaction(tx -> {
            CheckStore.lock(tx, locked);
            return CompletableFuture.supplyAsync(this::claim).join();
        });

        assertThat(claims).extracting(Claim::id).containsExactly(free);
    }

    @Test
    void aServerThatDiedHoldsNothingBeyondItsLease() {
        MaterialId id = due("orphan", "");
        claim();

        materials.execute("UPDATE material SET claimed_until = now() - interval '1 ms' WHERE id = " + id.value());

        assertThat(claim()).extracting(Claim::id).containsExactly(id);
    }

    @Test
    void aLeaseThatIsRenewedGoesOn() {
        MaterialId id = due("renewed", "");
        claim();
        materials.execute("UPDATE material SET claimed_until = now() - interval '1 ms' WHERE id = " + id.value());

        database.useTransaction(tx -> CheckQueue.renew(tx, List.of(id), LEASE));

        assertThat(claim()).isEmpty();
    }

    @Test
    void oneHostIsAskedForSoManyTogetherWhoeverAsks() {
        due("host-1", "git.example");
        due("host-2", "git.example");
        due("host-3", "git.example");

        List<Claim> first = claim();

        assertThat(first).hasSize(PER_HOST);
        assertThat(claim()).isEmpty();
        database.useTransaction(
                tx -> CheckQueue.release(tx, List.of(first.getFirst().id())));
        assertThat(claim()).hasSize(1);
    }

    @Test
    void ofAHostThatFailsOneIsAskedForAtATime() {
        due("bad-1", "bad.example");
        due("bad-2", "bad.example");
        MaterialId good = due("good", "bad.example");
        materials.execute("UPDATE material SET failures = 3, error_kind = 'UNREACHABLE', error_since = now()"
                + " WHERE host = 'bad.example' AND id <> " + good.value());

        assertThat(claim()).hasSize(2).extracting(Claim::id).contains(good);
        assertThat(claim()).isEmpty();
    }

    @Test
    void whatIsAskedForComesThoughItsTimeHasNot() {
        MaterialId id = due("asked", "");
        nothingIsDue();
        ask(id);

        List<Claim> claims = claim();

        assertThat(claims).extracting(Claim::id).containsExactly(id);
        assertThat(claims.getFirst().asked()).isTrue();
    }

    @Test
    void aMarkerThatWasSetDuringTheLookStays() {
        MaterialId id = due("again", "");
        ask(id);
        Claim claim = claim().getFirst();
        ask(id);

        findings.keep(claim, new Finding.Unchanged());

        assertThat(materials.list("SELECT material_id FROM material_check")).hasSize(1);
        assertThat(claim()).extracting(Claim::id).containsExactly(id);
    }

    @Test
    void anAnswerThatComesAfterAnotherLookIsThrownAway() {
        MaterialId id = due("late", "");
        Claim late = claim().getFirst();
        materials.execute("UPDATE material SET claimed_until = NULL WHERE id = " + id.value());
        findings.keep(claim().getFirst(), changed("r1", "r2"));

        findings.keep(late, changed("r1", "r2"));

        assertThat(materials.revisions(id)).containsExactly("r1", "r2");
    }

    @Test
    void textsThatNoDatabaseTakesAreKeptAsFarAsTheyCanBe() {
        MaterialId id = due("odd", "");
        var file = new Revision.ChangedFile("a\0b", Revision.Action.ADDED);
        var revision = new Revision("r1", "Ada\nLovelace", Instant.MAX, "half \uD83D", List.of(file));

        findings.keep(claim().getFirst(), new Finding.Changed(List.of(revision)));

        assertThat(materials.one("SELECT author || '|' || comment || '|' || (files -> 0 ->> 'path')"
                        + " FROM modification WHERE material_id = " + id.value()))
                .isEqualTo("Ada Lovelace|half ?|a\uFFFDb");
    }

    @Test
    void tenThousandRevisionsAtOnceKeepTheirOrder() {
        MaterialId id = due("many", "");
        var revisions = new String[10_050];
        for (int i = 0; i < revisions.length; i++) {
            revisions[i] = "r" + i;
        }

        findings.keep(claim().getFirst(), changed(revisions));

        List<String> kept = materials.revisions(id);
        assertThat(kept).hasSize(10_000).startsWith("r50", "r51").endsWith("r10048", "r10049");
    }

    @Test
    void theNextLookIsKnownInAdvance() {
        due("next", "");
        nothingIsDue();

        Duration wait = database.read(CheckQueue::untilNext).orElseThrow();

        assertThat(wait).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
    }
}
