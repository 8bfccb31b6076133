package dev.penstock.core.schedule;

import dev.penstock.core.config.model.LabelTemplate;
import dev.penstock.core.config.model.Names;
import dev.penstock.core.run.PipelineRuns;
import java.util.HashMap;
import java.util.Map;

/** Labels by the pipeline's template. */
public final class RunLabels implements PipelineRuns.Labels {

    @Override
    public String label(String template, long counter, Map<String, String> revisions, Map<String, String> variables) {
        Map<String, String> byKey = new HashMap<>();
        revisions.forEach((name, revision) -> byKey.put(Names.key(name), revision));
        return LabelTemplate.render(template, counter, byKey, variables);
    }
}
