package dev.penstock.core.dispatch;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.penstock.core.config.model.ArtifactDefinition;
import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.config.model.TaskDefinition;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.secret.MasterKey;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.core.secret.Vault;
import dev.penstock.core.testing.TestFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.JdbiException;

/** A database with pipelines, and servers over it that give their jobs to agents. */
final class DispatchFixture implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final Database database;
    final Signals signals;
    final EventStore events;
    final RunFixture runs;
    final Path folder;
    final Vault vault;
    final SecretStore secrets;
    private final List<TestNode> nodes = new ArrayList<>();

    DispatchFixture(Database database, Signals signals, EventStore events) {
        this.database = database;
        this.signals = signals;
        this.events = events;
        this.runs = new RunFixture(database, signals, events);
        try {
            this.folder = Files.createTempDirectory("penstock-dispatch");
            this.vault =
                    new Vault(MasterKey.open(folder.resolve("master.key")), database.read(SecretStore::installation));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.secrets = new SecretStore(vault);
        keepSigningKey();
    }

    /** One key for all databases of this process: making one takes a second or more. */
    private void keepSigningKey() {
        RSAKey key = SigningKey.MADE;
        database.useTransaction(tx -> tx.execute(
                "INSERT INTO signing_key (kid, public_jwk, private_key) VALUES (?, ?, ?)",
                key.getKeyID(),
                key.toPublicJWK().toJSONString(),
                vault.seal("signing-key:" + key.getKeyID(), key.toJSONString())));
    }

    private static final class SigningKey {
        private static final RSAKey MADE = make();

        private static RSAKey make() {
            try {
                return new RSAKeyGenerator(3072).keyIDFromThumbprint(true).generate();
            } catch (JOSEException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Starts a server. */
    TestNode node() {
        var node = new TestNode(this);
        nodes.add(node);
        return node;
    }

    /** Forgets everything except agents' signing keys; what servers still do for an earlier test may be in the way. */
    void forget() {
        for (int tries = 1; ; tries++) {
            try {
                runs.execute("TRUNCATE pipeline, resolved_definition, material, event, agent, agent_assertion, audit,"
                        + " artifact, blob CASCADE");
                return;
            } catch (JdbiException e) {
                if (tries == 10) {
                    throw e;
                }
            }
        }
    }

    static JobDefinition job(String name, TaskDefinition... tasks) {
        return job(name, List.of(), OnAgentLoss.RERUN, tasks);
    }

    static JobDefinition job(String name, List<String> resources, OnAgentLoss onLoss, TaskDefinition... tasks) {
        return new JobDefinition(
                name,
                RunInstances.ONE,
                resources,
                null,
                null,
                null,
                null,
                onLoss,
                List.of(),
                tasks.length == 0 ? List.of(exec("true")) : List.of(tasks),
                List.of(),
                List.of());
    }

    static JobDefinition job(
            String name, RunInstances instances, List<Variable> variables, List<ArtifactDefinition> artifacts) {
        return new JobDefinition(
                name,
                instances,
                List.of(),
                null,
                7,
                null,
                null,
                OnAgentLoss.RERUN,
                variables,
                List.of(exec("true")),
                artifacts,
                List.of());
    }

    static TaskDefinition exec(String command) {
        return task(TaskDefinition.EXEC, Map.of("command", command));
    }

    static TaskDefinition task(String type, Map<String, Object> options) {
        return new TaskDefinition(type, options, "", List.of(TaskDefinition.RunIf.PASSED), null, 0);
    }

    /** A pipeline of one stage with these jobs, started once. */
    void started(String pipeline, JobDefinition... jobs) {
        runs.pipeline(pipeline, RunFixture.stage("build", jobs));
        runs.trigger(pipeline);
    }

    JobRunId jobId(String locator) {
        return runs.jobId(locator);
    }

    /** {@code STATE attempt RESULT REASON} of a job. */
    String standing(String locator) {
        return runs.one(
                String.class,
                "SELECT concat_ws(' ', state, attempt, result, reason) FROM job_run WHERE id = "
                        + jobId(locator).value());
    }

    /** How many transactions have written since the beginning; differences count. */
    long commits() {
        return runs.one(Long.class, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
    }

    /** Waits until it is so. */
    static void await(String what, BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("Not within " + PATIENCE + ": " + what);
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        nodes.forEach(TestNode::close);
        TestFolder.delete(folder);
    }
}
