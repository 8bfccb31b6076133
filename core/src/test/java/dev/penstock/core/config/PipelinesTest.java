package dev.penstock.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.config.DefinitionText.Format;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.Rewriting;
import dev.penstock.core.config.model.SampleTypes;
import dev.penstock.core.config.write.DefinitionDiff;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.secret.MasterKey;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.core.secret.Vault;
import dev.penstock.core.testing.WithDatabase;
import dev.penstock.plugin.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
class PipelinesTest {
    private final Database database;
    private final Definitions definitions = new Definitions();
    private final List<String> told = new ArrayList<>();
    private final SecretStore secrets;
    private final ConfigFeature feature;
    private final Pipelines pipelines;

    PipelinesTest(Database database, EventStore events, @TempDir Path home) throws IOException {
        this.database = database;
        String installation = database.read(SecretStore::installation);
        this.secrets = new SecretStore(new Vault(MasterKey.open(home.resolve("master.key")), installation));
        this.feature = ConfigFeature.create(new ConfigFeature.Needs(
                database, definitions, secrets, new SampleTypes(), events, List.of(new Told())));
        this.pipelines = feature.pipelines();
    }

    private final class Told implements DefinitionListener {
        @Override
        public void saved(Handle tx, CurrentDefinition definition) {
            told.add("saved " + definition.name() + " " + definition.version());
            if (definition.definition().group().equals("forbidden")) {
                throw new PenstockException(ErrorCode.CONFLICT, "A listener says no");
            }
        }

        @Override
        public void deleted(Handle tx, PipelineId id) {
            told.add("deleted " + id.value());
        }
    }

    @BeforeEach
    void clear() {
        database.useTransaction(tx -> tx.execute(
                "TRUNCATE pipeline, pipeline_group, resolved_definition, secret, event," + " audit CASCADE"));
    }

    @Test
    void makesAPipelineWithEverythingThatFollows() {
        Saved saved = pipelines.create(json("deploy", ""), terms(0));

        CurrentDefinition current =
                database.read(handle -> definitions.current(handle, "DEPLOY")).orElseThrow();
        assertThat(saved.version()).isEqualTo(1);
        assertThat(current.id()).isEqualTo(saved.id());
        assertThat(current.version()).isEqualTo(1);
        assertThat(current.definition().stages().getFirst().jobs().getFirst().name())
                .isEqualTo("compile");
        assertThat(told).containsExactly("saved deploy 1");
        assertThat(list("SELECT actor || ' ' || action || ' ' || object FROM audit"))
                .containsExactly("ada pipeline.create pipeline/deploy");
        assertThat(list("SELECT subject || ' ' || kind || ' ' || (body ->> 'version') FROM event"))
                .containsExactly("pipeline/deploy pipeline.saved 1");
    }

    @Test
    void refusesANameThatDiffersOnlyInCase() {
        pipelines.create(json("deploy", ""), terms(0));

        assertRefused(ErrorCode.NAME_TAKEN, () -> pipelines.create(json("Deploy", ""), terms(0)));
    }

    @Test
    void savesAVersionForEachChangeAndNoneWithoutOne() {
        pipelines.create(json("deploy", ""), terms(0));

        Saved changed = pipelines.update("deploy", json("deploy", "\"label_template\": \"v${COUNT}\","), terms(1));
        Saved same = pipelines.update("deploy", json("deploy", "\"label_template\": \"v${COUNT}\","), terms(2));

        assertThat(changed.version()).isEqualTo(2);
        assertThat(changed.changes()).extracting(DefinitionDiff.Change::path).containsExactly("label_template");
        assertThat(same.changed()).isFalse();
        assertThat(same.version()).isEqualTo(2);
        assertThat(told).containsExactly("saved deploy 1", "saved deploy 2");
    }

    @Test
    void refusesASaveThatWasMadeFromAnOlderVersion() {
        pipelines.create(json("deploy", ""), terms(0));
        pipelines.update("deploy", json("deploy", "\"display_order\": 1,"), terms(1));

        PenstockException refused = assertRefused(
                ErrorCode.STALE, () -> pipelines.update("deploy", json("deploy", "\"display_order\": 2,"), terms(1)));

        assertThat(refused).hasMessageContaining("is at version 2, saved by \"ada\"");
    }

    @Test
    void oneOfManyThatSaveFromOneVersionWins() throws Exception {
        pipelines.create(json("deploy", ""), terms(0));
        List<Future<Boolean>> saves = new ArrayList<>();

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                String order = "\"display_order\": " + i + ",";
                Callable<Boolean> save = () -> {
                    try {
                        return pipelines
                                .update("deploy", json("deploy", order), terms(1))
                                .changed();
                    } catch (PenstockException e) {
                        assertThat(e.code()).isEqualTo(ErrorCode.STALE);
                        return false;
                    }
                };
                saves.add(threads.submit(save));
            }
        }

        int won = 0;
        for (Future<Boolean> save : saves) {
            won += save.get() ? 1 : 0;
        }
        assertThat(won).isEqualTo(1);
        assertThat(list("SELECT version FROM pipeline_version ORDER BY version"))
                .containsExactly("1", "2");
    }

    @Test
    void checksEverythingInADryRunAndChangesNothing() {
        Saved dry = pipelines.create(json("deploy", secret("PW", "s3cret")), new SaveTerms("ada", "", 0, true));

        assertThat(dry.version()).isEqualTo(1);
        assertThat(Rewriting.secretsOf(dry.written())).allMatch(ref -> !ref.isStored());
        assertThat(told).containsExactly("saved deploy 1");
        assertThat(list("SELECT name FROM pipeline")).isEmpty();
        assertThat(list("SELECT id FROM secret")).isEmpty();
        assertThat(list("SELECT seq FROM audit")).isEmpty();
        assertThat(list("SELECT id FROM event")).isEmpty();
    }

    @Test
    void whatAListenerRefusesIsNotSaved() {
        String text = json("deploy", "").text().replace("\"main\"", "\"forbidden\"");

        assertRefused(ErrorCode.CONFLICT, () -> pipelines.create(new DefinitionText(text, Format.JSON), terms(0)));

        assertThat(list("SELECT name FROM pipeline")).isEmpty();
    }

    @Test
    void storesSecretsEncryptedAndKeepsReferencesOnly() {
        Saved saved = pipelines.create(json("deploy", secret("PW", "s3cret")), terms(0));

        SecretRef ref = saved.written().variables().getFirst().secret();
        assertThat(ref).isNotNull();
        assertThat(database.read(handle -> secrets.reveal(handle, List.of(ref), SecretStore.scope(saved.id())))
                        .values())
                .extracting(Secret::reveal)
                .containsExactly("s3cret");
        assertThat(list("SELECT definition::text FROM pipeline_version"
                        + " UNION ALL SELECT definition::text FROM resolved_definition"
                        + " UNION ALL SELECT detail::text FROM audit UNION ALL SELECT body::text FROM event"
                        + " UNION ALL SELECT ciphertext FROM secret"))
                .noneMatch(text -> text.contains("s3cret"));
    }

    @Test
    void takesAReferenceOfTheSamePipelineAndNoOther() {
        Saved deploy = pipelines.create(json("deploy", secret("PW", "s3cret")), terms(0));
        long ref = Rewriting.secretsOf(deploy.written()).iterator().next().secretRef();
        String again = "\"variables\": [{\"name\": \"RENAMED\", \"secret_ref\": " + ref + "}],";

        Saved renamed = pipelines.update("deploy", json("deploy", again), terms(1));
        PenstockException refused =
                assertRefused(ErrorCode.INVALID, () -> pipelines.create(json("thief", again), terms(0)));

        assertThat(Rewriting.secretsOf(renamed.written())).containsExactly(new SecretRef(ref));
        assertThat(refused.violations()).extracting(Violation::code).containsExactly("unknown_secret");
        assertThat(refused.violations()).extracting(Violation::pointer).containsExactly("/variables/0");
    }

    @Test
    void secretsInOptionsAreStoredAlso() {
        String text = json("deploy", "").text().replace("\"url\":", "\"password\": \"#{pw} s3cret\", \"url\":");

        Saved saved = pipelines.create(new DefinitionText(text, Format.JSON), terms(0));

        Object password = saved.written().materials().getFirst().options().get("password");
        assertThat(password)
                .isInstanceOfSatisfying(
                        SecretRef.class, ref -> assertThat(ref.isStored()).isTrue());
        assertThat(saved.written().materials().getFirst().options().keySet()).containsExactly("password", "url");
    }

    @Test
    void tellsAllMistakesWithTheirPlaces() {
        var text = new DefinitionText("""
                format_version: 10
                pipelines:
                  deploy:
                    group: main
                    materials:
                      code: {git: "https://git/x"}
                      up: {pipeline: nowhere, stage: build}
                    stages:
                      - build:
                          tasks:
                            - exec: {comand: make}
                """, Format.YAML);

        PenstockException refused = assertRefused(ErrorCode.INVALID, () -> pipelines.create(text, terms(0)));

        assertThat(refused.violations())
                .extracting(violation -> violation.line() + " " + violation.code())
                .containsExactlyInAnyOrder("11 unknown_option", "11 required", "7 unknown_pipeline");
    }

    @Test
    void refusesWhatOthersWouldMiss() {
        pipelines.create(json("up", ""), terms(0));
        pipelines.create(downstream("down", "up", "build"), terms(0));
        String renamed = json("up", "").text().replace("\"build\"", "\"package\"");

        PenstockException save = assertRefused(
                ErrorCode.INVALID, () -> pipelines.update("up", new DefinitionText(renamed, Format.JSON), terms(1)));
        PenstockException delete = assertRefused(ErrorCode.IN_USE, () -> pipelines.delete("up", terms(1)));

        assertThat(save.violations()).extracting(Violation::code).containsExactly("breaks_downstream");
        assertThat(delete.violations().getFirst().message()).isEqualTo("Pipeline \"down\" waits for it");
    }

    @Test
    void refusesPipelinesThatWaitForEachOther() {
        pipelines.create(json("a", ""), terms(0));
        pipelines.create(downstream("b", "a", "build"), terms(0));
        pipelines.create(downstream("c", "b", "build"), terms(0));

        PenstockException refused =
                assertRefused(ErrorCode.INVALID, () -> pipelines.update("a", downstream("a", "c", "build"), terms(1)));

        assertThat(refused.violations().getFirst().message())
                .isEqualTo("The pipelines wait for each other: \"a\" → \"c\" → \"b\" → \"a\"");
    }

    @Test
    void twoSavesThatWouldCloseACircleTogetherDoNotBothHappen() throws Exception {
        for (int round = 0; round < 5; round++) {
            clear();
            pipelines.create(json("a", ""), terms(0));
            pipelines.create(json("b", ""), terms(0));
            List<Future<Saved>> saves = new ArrayList<>();

            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                saves.add(threads.submit(() -> pipelines.update("a", downstream("a", "b", "build"), terms(1))));
                saves.add(threads.submit(() -> pipelines.update("b", downstream("b", "a", "build"), terms(1))));
            }

            assertThat(saves.stream().filter(save -> save.state() == Future.State.SUCCESS))
                    .hasSize(1);
        }
    }

    @Test
    void deletesAndBringsBackWithHistoryAndSecrets() {
        Saved first = pipelines.create(json("deploy", secret("PW", "s3cret")), terms(0));

        int deleted = pipelines.delete("deploy", terms(1));
        PenstockException gone = assertRefused(ErrorCode.GONE, () -> pipelines.delete("deploy", terms(2)));
        Saved back = pipelines.restore("deploy", 1, terms(2));

        assertThat(deleted).isEqualTo(2);
        assertThat(gone).hasMessageContaining("was deleted by \"ada\"");
        assertThat(back.id()).isEqualTo(first.id());
        assertThat(back.version()).isEqualTo(3);
        assertThat(back.written()).isEqualTo(first.written());
        assertThat(told)
                .containsExactly("saved deploy 1", "deleted " + first.id().value(), "saved deploy 3");
        assertThat(
                        list(
                                "SELECT concat_ws(' ', version, deleted, restored_from) FROM pipeline_version ORDER BY version"))
                .containsExactly("1 f", "2 t", "3 f 1");
    }

    @Test
    void aPipelineThatIsMadeAgainGoesOnCounting() {
        Saved first = pipelines.create(json("deploy", ""), terms(0));
        database.useTransaction(tx -> tx.execute("UPDATE pipeline SET run_counter = 41"));
        pipelines.delete("deploy", terms(1));

        Saved again = pipelines.create(json("Deploy", ""), terms(0));

        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.version()).isEqualTo(3);
        assertThat(list("SELECT name || ' ' || run_counter FROM pipeline")).containsExactly("Deploy 41");
    }

    @Test
    void refusesToDeleteWhileARunIsUnderWay() {
        Saved saved = pipelines.create(json("deploy", ""), terms(0));
        database.useTransaction(tx -> tx.execute("INSERT INTO pipeline_run (pipeline_id, counter, label, definition_id,"
                + " definition_version, cause_kind, cause_by, cause_message, state) SELECT id, 7, '7', definition_id, 1,"
                + " 'MANUAL', 'ada', '', 'ACTIVE' FROM pipeline WHERE id = "
                + saved.id().value()));

        PenstockException refused =
                assertRefused(ErrorCode.ALREADY_RUNNING, () -> pipelines.delete("deploy", terms(1)));

        assertThat(refused).hasMessageContaining("run 7");
    }

    @Test
    void patchesParts() {
        pipelines.create(json("deploy", secret("PW", "s3cret")), terms(0));

        Saved saved = pipelines.patch(
                "deploy", "{\"display_order\": 5, \"timer\": {\"spec\": \"0 0 22 ? * MON-FRI\"}}", terms(1));
        Saved without = pipelines.patch("deploy", "{\"timer\": null}", terms(2));

        assertThat(saved.written().displayOrder()).isEqualTo(5);
        assertThat(saved.written().timer()).isEqualTo(new PipelineDefinition.Timer("0 0 22 ? * MON-FRI", false));
        assertThat(without.written().timer()).isNull();
        assertThat(without.written().variables()).isEqualTo(saved.written().variables());
    }

    @Test
    void aPatchsMistakesHaveNoLines() {
        pipelines.create(json("deploy", ""), terms(0));

        PenstockException refused = assertRefused(
                ErrorCode.INVALID, () -> pipelines.patch("deploy", "{\"timer\": {\"spec\": \"never\"}}", terms(1)));

        assertThat(refused.violations())
                .extracting(Violation::pointer, Violation::line)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("/timer/spec", null));
    }

    @Test
    void aPipelineKeepsItsName() {
        pipelines.create(json("deploy", ""), terms(0));

        PenstockException refused =
                assertRefused(ErrorCode.INVALID, () -> pipelines.update("deploy", json("other", ""), terms(1)));

        assertThat(refused.violations()).extracting(Violation::pointer).containsExactly("/name");
    }

    @Test
    void readsVersionsAndWhatEachChanged() {
        pipelines.create(json("deploy", ""), terms(0));
        pipelines.update("deploy", json("deploy", "\"display_order\": 1,"), new SaveTerms("bob", "first", 1, false));
        PipelineArchive archive = feature.archive();

        PipelineArchive.Version second = archive.version("deploy", 2);

        assertThat(archive.versions("deploy", Integer.MAX_VALUE, 10).items())
                .extracting(VersionStore.Version::version, VersionStore.Version::savedBy, VersionStore.Version::comment)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(2, "bob", "first"),
                        org.assertj.core.groups.Tuple.tuple(1, "ada", ""));
        assertThat(second.changes()).extracting(DefinitionDiff.Change::path).containsExactly("display_order");
        assertThat(archive.difference("deploy", 2, 1))
                .extracting(DefinitionDiff.Change::before, DefinitionDiff.Change::after)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(1, -1));
        assertRefused(ErrorCode.NOT_FOUND, () -> archive.version("deploy", 3));
    }

    @Test
    void listsPipelinesAndGroupsInPages() {
        for (String name : List.of("alpha", "Beta", "gamma")) {
            pipelines.create(json(name, ""), terms(0));
        }
        PipelineArchive archive = feature.archive();

        assertThat(archive.list(null, null, "", 2))
                .extracting(PipelineQuery.Listed::name)
                .containsExactly("alpha", "Beta");
        assertThat(archive.list(null, null, "Beta", 2))
                .extracting(PipelineQuery.Listed::name)
                .containsExactly("gamma");
        assertThat(archive.list("MAIN", "AMM", "", 2))
                .extracting(PipelineQuery.Listed::name)
                .containsExactly("gamma");
        assertThat(archive.list("other", null, "", 2)).isEmpty();
        assertThat(archive.groups("", 10))
                .containsExactly(new PipelineQuery.Group("main", List.of("alpha", "Beta", "gamma")));
    }

    @Test
    void checksSeveralPipelinesThatNameEachOther() {
        var text = new DefinitionText("""
                pipelines:
                  up:
                    group: main
                    materials: {code: {git: "https://git/x"}}
                    stages: [{build: {tasks: [{exec: {command: make}}]}}]
                  down:
                    group: main
                    materials: {up: {pipeline: up, stage: build}}
                    stages: [{test: {tasks: [{fetch: {pipeline: up, stage: build, job: nobody, source: out}}]}}]
                """, Format.YAML);

        DefinitionTexts.Checked checked = feature.texts().check(text);

        assertThat(checked.resolved()).extracting(PipelineDefinition::name).containsExactly("up", "down");
        assertThat(checked.violations())
                .extracting(Violation::code, Violation::line)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("unknown_job", 9));
    }

    @Test
    void keepsTheOrderInWhichOptionsWereWritten() {
        String properties = "{\"z\": \"1\", \"a\": \"2\", \"m\": \"3\"}";
        String text = json("deploy", "")
                .text()
                .replace(
                        "{\"type\": \"exec\", \"options\": {\"command\": \"make\"}}",
                        "{\"type\": \"maven\", \"options\": {\"goals\": [\"x\"], \"properties\": " + properties + "}}");

        Saved saved = pipelines.create(new DefinitionText(text, Format.JSON), terms(0));

        PipelineDefinition read = database.read(handle ->
                new Definitions().current(handle, saved.id()).orElseThrow().definition());
        Object stored = read.stages()
                .getFirst()
                .jobs()
                .getFirst()
                .tasks()
                .getFirst()
                .options()
                .get("properties");
        assertThat(stored)
                .isInstanceOfSatisfying(
                        Map.class, map -> assertThat(map.toString()).isEqualTo("{z=1, a=2, m=3}"));
    }

    static DefinitionText json(String name, String more) {
        return new DefinitionText("""
                {
                  "name": "%s", "group": "main", %s
                  "materials": [{"type": "git", "options": {"url": "https://git/%s"}}],
                  "stages": [{"name": "build", "jobs": [{"name": "compile", "tasks": [
                    {"type": "exec", "options": {"command": "make"}}]}]}]
                }
                """.formatted(name, more, name), Format.JSON);
    }

    private static String secret(String name, String value) {
        return "\"variables\": [{\"name\": \"" + name + "\", \"secure_value\": \"" + value + "\"}],";
    }

    private static DefinitionText downstream(String name, String upstream, String stage) {
        return new DefinitionText("""
                {
                  "name": "%s", "group": "main",
                  "materials": [{"type": "pipeline", "options": {"pipeline": "%s", "stage": "%s"}}],
                  "stages": [{"name": "build", "jobs": [{"name": "compile", "tasks": [
                    {"type": "exec", "options": {"command": "make"}}]}]}]
                }
                """.formatted(name, upstream, stage), Format.JSON);
    }

    private static SaveTerms terms(int expected) {
        return new SaveTerms("ada", "", expected, false);
    }

    private static PenstockException assertRefused(
            ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable act) {
        var refused = new ArrayList<PenstockException>();
        assertThatThrownBy(act).isInstanceOfSatisfying(PenstockException.class, refused::add);
        assertThat(refused.getFirst().code())
                .as(refused.getFirst().getMessage())
                .isEqualTo(code);
        return refused.getFirst();
    }

    private List<String> list(String sql) {
        return database.read(
                handle -> handle.createQuery(sql).mapTo(String.class).list());
    }
}
