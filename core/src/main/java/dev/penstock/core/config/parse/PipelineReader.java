package dev.penstock.core.config.parse;

import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.PipelineDefinition.LockBehavior;
import dev.penstock.core.config.model.PipelineDefinition.Timer;
import dev.penstock.core.config.model.PipelineDefinition.TrackingTool;
import dev.penstock.core.config.model.Pointers;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.StageDefinition.Approval;
import dev.penstock.core.config.model.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tree of one pipeline in the JSON form, as a definition. Where a part is wrong a harmless one takes its place. */
final class PipelineReader {
    private final Reading reading;

    private PipelineReader(Reading reading) {
        this.reading = reading;
    }

    static PipelineDefinition read(Doc doc, Reading reading) {
        return new PipelineReader(reading).pipeline(doc);
    }

    private PipelineDefinition pipeline(Doc doc) {
        var fields = new Fields(reading, doc, "");
        var definition = new PipelineDefinition(
                fields.required("name"),
                fields.required("group"),
                fields.text("label_template", PipelineDefinition.DEFAULT_LABEL_TEMPLATE),
                fields.number("display_order", -1),
                fields.choice("lock_behavior", LockBehavior.class, LockBehavior.NONE),
                fields.optional("template"),
                parameters(fields),
                trackingTool(fields),
                timer(fields),
                variables(reading, fields),
                materials(fields),
                stages(fields));
        fields.close();
        return definition;
    }

    private Map<String, String> parameters(Fields fields) {
        Map<String, String> parameters = new LinkedHashMap<>();
        fields.items("parameters", (item, pointer) -> {
            var parameter = new Fields(reading, item, pointer);
            String name = parameter.required("name");
            if (parameters.putIfAbsent(name, parameter.text("value", "")) != null) {
                reading.wrong(item.place(), "duplicate_name", "Parameter \"" + name + "\" stands here twice");
            }
            parameter.close();
        });
        return parameters;
    }

    private @Nullable TrackingTool trackingTool(Fields fields) {
        Doc doc = fields.doc("tracking_tool").orElse(null);
        if (doc == null) {
            return null;
        }
        var tool = new Fields(reading, doc, "/tracking_tool");
        var result = new TrackingTool(tool.required("link"), tool.required("regex"));
        tool.close();
        return result;
    }

    private @Nullable Timer timer(Fields fields) {
        Doc doc = fields.doc("timer").orElse(null);
        if (doc == null) {
            return null;
        }
        var timer = new Fields(reading, doc, "/timer");
        var result = new Timer(timer.required("spec"), timer.flag("only_on_changes", false));
        timer.close();
        return result;
    }

    static List<Variable> variables(Reading reading, Fields fields) {
        List<Variable> variables = new ArrayList<>();
        fields.items("variables", (item, pointer) -> {
            var variable = new Fields(reading, item, pointer);
            variables.add(variable(reading, variable, item.place()));
            variable.close();
        });
        return variables;
    }

    private static Variable variable(Reading reading, Fields fields, Doc.Place place) {
        String name = fields.required("name");
        String value = fields.optional("value");
        String plain = fields.optional("secure_value");
        Integer ref = fields.number("secret_ref");
        boolean hides = plain != null || ref != null;
        boolean secure = fields.flag("secure", hides);
        if ((value != null && hides) || (plain != null && ref != null)) {
            reading.wrong(
                    place,
                    "ambiguous",
                    "Variable \"" + name + "\" must have one of \"value\", \"secure_value\" and \"secret_ref\"");
        }
        if (secure != hides) {
            reading.wrong(
                    place,
                    "ambiguous",
                    "Variable \"" + name + "\" is secure exactly when it has a"
                            + " \"secure_value\" or \"secret_ref\"");
        }
        if (plain != null) {
            return new Variable(name, null, reading.keep(plain));
        }
        return ref == null
                ? new Variable(name, value == null ? "" : value, null)
                : new Variable(name, null, OptionReader.ref(reading, place, ref));
    }

    private List<MaterialDefinition> materials(Fields fields) {
        List<MaterialDefinition> materials = new ArrayList<>();
        fields.items("materials", (item, pointer) -> {
            var material = new Fields(reading, item, pointer);
            materials.add(new MaterialDefinition(
                    material.optional("name"),
                    material.required("type"),
                    OptionReader.read(reading, material, "options", pointer),
                    material.text("destination", ""),
                    material.flag("auto_update", true),
                    filter(material, pointer)));
            material.close();
        });
        return materials;
    }

    private MaterialDefinition.Filter filter(Fields material, String pointer) {
        Doc doc = material.doc("filter").orElse(null);
        if (doc == null) {
            return MaterialDefinition.Filter.NONE;
        }
        var filter = new Fields(reading, doc, Pointers.step(pointer, "filter"));
        var result = new MaterialDefinition.Filter(filter.texts("patterns"), filter.flag("inverted", false));
        filter.close();
        return result;
    }

    private List<StageDefinition> stages(Fields fields) {
        List<StageDefinition> stages = new ArrayList<>();
        fields.items("stages", (item, pointer) -> {
            var stage = new Fields(reading, item, pointer);
            stages.add(new StageDefinition(
                    stage.required("name"),
                    stage.flag("fetch_materials", true),
                    stage.flag("clean_working_directory", false),
                    stage.flag("never_cleanup_artifacts", false),
                    approval(stage, pointer),
                    variables(reading, stage),
                    new JobReader(reading).jobs(stage)));
            stage.close();
        });
        return stages;
    }

    private Approval approval(Fields stage, String pointer) {
        Doc doc = stage.doc("approval").orElse(null);
        if (doc == null) {
            return Approval.AUTOMATIC;
        }
        var approval = new Fields(reading, doc, Pointers.step(pointer, "approval"));
        var result = new Approval(
                approval.choice("type", Approval.Type.class, Approval.Type.SUCCESS),
                approval.flag("allow_only_on_success", false),
                approval.texts("users"),
                approval.texts("roles"));
        approval.close();
        return result;
    }
}
