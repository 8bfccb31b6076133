package dev.penstock.core.schedule;

import dev.penstock.core.config.CurrentDefinition;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.MaterialDefinition.Filter;
import dev.penstock.core.material.MaterialFixture;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.schedule.Situation.Change;
import dev.penstock.core.schedule.Situation.LastRun;
import dev.penstock.core.schedule.Situation.MaterialNow;
import dev.penstock.core.schedule.Situation.Modification;
import dev.penstock.core.schedule.Situation.Pause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Situations in words: what a test does not say is a pipeline "deploy" that has never run, with one automatic stage. */
final class SituationBuilder {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private final List<Material> materials = new ArrayList<>();
    private boolean manual;
    private @Nullable Pause paused;
    private @Nullable Long active;
    private @Nullable Long lastCounter;
    private @Nullable List<MaterialId> lastMaterials;

    SituationBuilder manual() {
        manual = true;
        return this;
    }

    SituationBuilder paused(String by, @Nullable String reason) {
        paused = new Pause(by, reason, NOON);
        return this;
    }

    SituationBuilder active(long run) {
        active = run;
        return this;
    }

    /** The newest run, from the same materials. */
    SituationBuilder ran(long counter) {
        lastCounter = counter;
        return this;
    }

    /** The newest run, from other materials; the first material of a situation has the id 1. */
    SituationBuilder ranFrom(long counter, long... ids) {
        lastMaterials = LongStream.of(ids).mapToObj(MaterialId::new).toList();
        return ran(counter);
    }

    Material material(String name) {
        var material = new Material(name, false);
        materials.add(material);
        return material;
    }

    Material upstream(String name) {
        var material = new Material(name, true);
        materials.add(material);
        return material;
    }

    Situation build() {
        List<MaterialNow> now = new ArrayList<>();
        materials.forEach(material -> now.add(material.at(now.size())));
        List<MaterialDefinition> defined = materials.stream()
                .map(material ->
                        new MaterialDefinition(material.name.replace('/', '-'), "git", Map.of(), "", true, Filter.NONE))
                .toList();
        var job = RunFixture.job("compile");
        var stage = manual ? RunFixture.manual("build", false, job) : RunFixture.stage("build", job);
        var definition = MaterialFixture.definition("deploy", defined, stage);
        LastRun last = lastCounter == null
                ? null
                : new LastRun(
                        lastCounter,
                        lastMaterials == null
                                ? now.stream().map(MaterialNow::id).toList()
                                : lastMaterials);
        return new Situation(
                new CurrentDefinition(new PipelineId(1), 1, new DefinitionId(1), definition),
                paused,
                active,
                null,
                last,
                now);
    }

    /** One material; what is not said: nothing is known of it. */
    static final class Material {
        private final String name;
        private final boolean upstream;
        private @Nullable Modification newest;
        private @Nullable Long seen;
        private @Nullable Long firstNew;
        private Change change = Change.NOTHING;
        private boolean startsRuns = true;
        private @Nullable String trouble;

        private Material(String name, boolean upstream) {
            this.name = name;
            this.upstream = upstream;
        }

        Material newest(long id, String revision, String author) {
            newest = new Modification(id, revision, author);
            return this;
        }

        Material seen(long id) {
            seen = id;
            return this;
        }

        Material firstNew(long id) {
            firstNew = id;
            return this;
        }

        Material change(Change given) {
            change = given;
            return this;
        }

        Material startsNoRuns() {
            startsRuns = false;
            return this;
        }

        Material trouble(String message) {
            trouble = message;
            return this;
        }

        private MaterialNow at(int position) {
            return new MaterialNow(
                    position,
                    new MaterialId(position + 1),
                    name,
                    upstream,
                    startsRuns,
                    true,
                    newest,
                    seen,
                    firstNew,
                    change,
                    trouble);
        }
    }
}
