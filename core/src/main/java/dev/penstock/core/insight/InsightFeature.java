package dev.penstock.core.insight;

import dev.penstock.core.config.Definitions;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.db.Database;
import java.time.InstantSource;
import java.util.List;

/** The views; no other feature uses them. */
public record InsightFeature(List<Resource> resources) {

    /** What the feature needs from others. */
    public record Needs(Database database, Definitions definitions, InstantSource clock) {}

    public static InsightFeature create(Needs needs) {
        var stageNames = new StageNames();
        return new InsightFeature(List.of(
                new DashboardResource(new Dashboard(needs.database(), needs.clock(), stageNames)),
                new RunsResource(
                        new RunViews(needs.database(), needs.definitions(), stageNames),
                        new Comparisons(needs.database(), needs.definitions())),
                new StageRunsResource(new StageViews(needs.database(), needs.definitions()))));
    }
}
