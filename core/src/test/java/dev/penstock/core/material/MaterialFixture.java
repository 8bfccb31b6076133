package dev.penstock.core.material;

import dev.penstock.core.config.CurrentDefinition;
import dev.penstock.core.config.DefinitionListener;
import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.BuiltInTypes;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.MaterialDefinition.Filter;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.PipelineDefinition.LockBehavior;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.plugin.PluginFeature;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.secret.MasterKey;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.core.secret.Vault;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.SavedPipelines;
import dev.penstock.core.testing.TextMaterial;
import dev.penstock.core.testing.TextRepository;
import dev.penstock.pluginhost.HostSettings;
import dev.penstock.pluginhost.PluginFolder;
import dev.penstock.pluginhost.PluginKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.Handle;

/** Materials over a database, with a real plugin and pipelines that are saved as the server saves them. */
public final class MaterialFixture implements AutoCloseable {
    static final Duration INTERVAL = Duration.ofSeconds(30);

    public final Database database;
    public final LocalSignals signals;
    final PluginFeature plugins;
    public final SecretStore secrets;
    public final Definitions definitions = new Definitions();
    public final MaterialFeature feature;
    final List<String> heard = new CopyOnWriteArrayList<>();
    private final Path folder;
    private final SavedPipelines pipelines;

    MaterialFixture(Database database, LocalSignals signals, EventStore events, Path folder) throws IOException {
        this(database, signals, events, folder, new NoListener());
    }

    /** Tells another feature what is found and saved. */
    public <L extends RevisionListener & DefinitionListener> MaterialFixture(
            Database database, LocalSignals signals, EventStore events, Path folder, L listener) throws IOException {
        this.database = database;
        this.signals = signals;
        this.folder = folder;
        this.plugins = PluginFeature.create(new PluginFeature.Needs(
                PluginFeature.open(
                        List.of(new PluginFolder(TextMaterial.plugins(folder), PluginKind.BUNDLED)),
                        HostSettings.standard(folder.resolve("work"), InstantSource.system())),
                database,
                events));
        MasterKey key = MasterKey.open(folder.resolve("master.key"));
        this.secrets = new SecretStore(new Vault(key, database.read(SecretStore::installation)));
        this.feature = MaterialFeature.create(new MaterialFeature.Needs(
                database,
                definitions,
                new BuiltInTypes(plugins.types()),
                plugins.host()::materialType,
                secrets,
                new Listener(listener),
                events,
                signals,
                InstantSource.system(),
                new PollSettings(INTERVAL, 2, 1 << 20, List.of(), folder.resolve("materials"), Duration.ZERO)));
        this.pipelines = new SavedPipelines(database, definitions, feature.registry(), listener);
    }

    private static final class NoListener implements RevisionListener, DefinitionListener {
        @Override
        public void arrived(Handle tx, MaterialId material) {}

        @Override
        public void checked(Handle tx, MaterialId material) {}

        @Override
        public void saved(Handle tx, CurrentDefinition definition) {}

        @Override
        public void deleted(Handle tx, PipelineId id) {}
    }

    /** Hears everything and tells nobody. */
    RevisionListener silent() {
        return new NoListener();
    }

    /** Writes down what it hears. */
    private final class Listener implements RevisionListener {
        private final RevisionListener next;

        private Listener(RevisionListener next) {
            this.next = next;
        }

        @Override
        public void arrived(Handle tx, MaterialId material) {
            heard.add("arrived " + material.value());
            next.arrived(tx, material);
        }

        @Override
        public void checked(Handle tx, MaterialId material) {
            heard.add("checked " + material.value());
            next.checked(tx, material);
        }
    }

    public TextRepository repository(String name) {
        return new TextRepository(folder.resolve(name));
    }

    public static MaterialDefinition material(TextRepository repository) {
        return material(repository, Map.of());
    }

    public static MaterialDefinition material(TextRepository repository, Map<String, Object> more) {
        return material(repository, more, true);
    }

    public static MaterialDefinition material(TextRepository repository, Map<String, Object> more, boolean autoUpdate) {
        Map<String, Object> options = new LinkedHashMap<>(more);
        options.put("path", repository.file().toString());
        return new MaterialDefinition(null, TextMaterial.TYPE, options, "", autoUpdate, Filter.NONE);
    }

    /** Saves a pipeline, or saves it again, and tells the registry. */
    PipelineId save(String name, MaterialDefinition... materials) {
        return save(definition(name, List.of(materials), RunFixture.stage("build", RunFixture.job("compile"))));
    }

    public PipelineId save(PipelineDefinition definition) {
        return pipelines.save(definition);
    }

    public static PipelineDefinition definition(
            String name, List<MaterialDefinition> materials, StageDefinition... stages) {
        return new PipelineDefinition(
                name,
                "main",
                "${COUNT}",
                -1,
                LockBehavior.NONE,
                null,
                Map.of(),
                null,
                null,
                List.of(),
                materials,
                List.of(stages));
    }

    public void delete(PipelineId pipeline) {
        pipelines.delete(pipeline);
    }

    public SecretRef secret(PipelineId pipeline, String value) {
        return database.inTransaction(tx -> secrets.put(tx, SecretStore.scope(pipeline), value));
    }

    /** Starts the worker. */
    public void start() {
        feature.workers().forEach(worker -> worker.start());
    }

    /** The material of the pipeline, by its position. */
    public MaterialId materialOf(String pipeline, int position) {
        return new MaterialId(Long.parseLong(list("SELECT material_id FROM pipeline_material m JOIN pipeline p"
                        + " ON p.id = m.pipeline_id WHERE p.name = '" + pipeline + "' AND position = " + position)
                .getFirst()));
    }

    public List<String> revisions(MaterialId material) {
        return list("SELECT revision FROM modification WHERE material_id = " + material.value() + " ORDER BY id");
    }

    List<String> events(MaterialId material) {
        return list("SELECT kind FROM material_event WHERE material_id = " + material.value() + " ORDER BY id");
    }

    public String one(String sql) {
        return list(sql).getFirst();
    }

    public List<String> list(String sql) {
        return database.read(
                handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    public void execute(String sql) {
        database.useTransaction(tx -> tx.execute(sql));
    }

    /** Makes all materials due, one after the other as their looks would, and wakes whoever looks. */
    public void passInterval() {
        list("SELECT id FROM material")
                .forEach(id -> execute("UPDATE material SET next_check_at = now() WHERE id = " + id));
        database.useTransaction(tx -> signals.raise(tx, Channel.MATERIAL));
    }

    @Override
    public void close() {
        feature.workers().forEach(worker -> worker.close());
        feature.looks().close();
        plugins.close();
    }
}
