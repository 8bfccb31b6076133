package dev.penstock.core.insight;

import dev.penstock.core.config.Definitions;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.db.Database;
import java.util.List;

/** The views; no other feature uses them. */
public record InsightFeature(List<Resource> resources) {

    /** What the feature needs from others. */
    public record Needs(Database database, Definitions definitions) {}

    public static InsightFeature create(Needs needs) {
        return new InsightFeature(List.of(
                new RunsResource(
                        new RunViews(needs.database(), needs.definitions()),
                        new Comparisons(needs.database(), needs.definitions())),
                new StageRunsResource(new StageViews(needs.database(), needs.definitions()))));
    }
}
