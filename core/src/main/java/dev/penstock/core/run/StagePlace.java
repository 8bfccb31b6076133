package dev.penstock.core.run;

import java.util.LinkedHashMap;
import java.util.Map;

/** Where a stage run stands, as people and URLs say it: {@code deploy/42/test/1}. */
record StagePlace(String pipeline, long run, String stage, int counter) {

    String text() {
        return pipeline + "/" + run + "/" + stage + "/" + counter;
    }

    /** What events about it are filed under. */
    String subject() {
        return "run/" + pipeline + "/" + run;
    }

    /** The place as fields of an event's body. */
    Map<String, Object> body() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("pipeline", pipeline);
        body.put("run", run);
        body.put("stage", stage);
        body.put("stage_counter", counter);
        return body;
    }
}
