package dev.penstock.core.config.parse;

import dev.penstock.core.config.parse.Doc.Entry;
import dev.penstock.core.config.parse.Doc.Scalar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Jobs and tasks of GoCD's YAML format in the JSON form. */
final class GocdJobs {
    private static final String SCRIPT = "script";
    private static final String SCRIPT_PLUGIN = "script-executor";
    private static final Set<String> ARTIFACTS = Set.of("build", "test", "external");

    private final Reading reading;

    GocdJobs(Reading reading) {
        this.reading = reading;
    }

    Doc jobs(Doc doc) {
        return Form.named(reading, doc, "jobs", (name, entry) -> {
            var form = new Form(reading, entry.value());
            GocdYaml.variables(reading, form);
            return job(form, name, entry).close();
        });
    }

    /** The one job of a stage that holds the job's keys itself. */
    Doc only(String name, Entry entry, Form stage) {
        Map<String, Entry> keys = stage.rest();
        return job(new Form(reading, new Doc.Mapping(entry.value().place(), keys)), name, entry)
                .close();
    }

    private Form job(Form form, String name, Entry entry) {
        form.put("name", Form.text(entry.key(), name));
        form.copy("run_instances", "resources", "elastic_profile_id");
        form.move("timeout", "idle_timeout_minutes", doc -> doc);
        form.move("total_timeout", "total_timeout_minutes", doc -> doc);
        form.move("queue_timeout", "queue_timeout_minutes", doc -> doc);
        form.move(
                "on_agent_loss",
                "on_agent_loss",
                doc -> doc instanceof Scalar
                        ? new Doc.Mapping(doc.place(), Map.of("policy", new Entry(doc.place(), doc)))
                        : doc);
        form.move("tabs", "tabs", this::tabs);
        form.move("artifacts", "artifacts", this::artifacts);
        form.move("tasks", "tasks", this::tasks);
        return form;
    }

    private Doc tabs(Doc doc) {
        return Form.named(reading, doc, "tabs", (name, entry) -> {
            var form = new Form(reading, new Doc.Mapping(entry.key(), Map.of()));
            form.put("name", Form.text(entry.key(), name));
            form.put("path", entry.value());
            return form.close();
        });
    }

    private Doc artifacts(Doc doc) {
        if (!(doc instanceof Doc.Sequence sequence)) {
            return doc;
        }
        List<Doc> artifacts = new ArrayList<>();
        for (Doc item : sequence.items()) {
            if (item instanceof Doc.Mapping mapping
                    && mapping.entries().size() == 1
                    && ARTIFACTS.containsAll(mapping.entries().keySet())) {
                mapping.entries().forEach((kind, entry) -> artifacts.add(artifact(kind, entry)));
            } else {
                reading.wrong(
                        item.place(),
                        "wrong_type",
                        "An artifact must be one of \"build\", \"test\" and"
                                + " \"external\" with its keys beneath it");
            }
        }
        return new Doc.Sequence(sequence.place(), artifacts);
    }

    private Doc artifact(String kind, Entry entry) {
        var form = new Form(reading, entry.value());
        form.put("kind", Form.text(entry.key(), kind));
        form.copy("source", "destination");
        if (kind.equals("external")) {
            form.copy("id", "store_id");
            form.move("configuration", "configuration", doc -> {
                Map<String, Entry> options = new LinkedHashMap<>();
                var configuration = new Form(reading, doc);
                GocdMaterials.options(reading, configuration, options);
                options.putAll(configuration.rest());
                return new Doc.Mapping(doc.place(), options);
            });
        }
        return form.close();
    }

    private Doc tasks(Doc doc) {
        if (!(doc instanceof Doc.Sequence sequence)) {
            return doc;
        }
        List<Doc> tasks = new ArrayList<>();
        flatten(sequence, tasks);
        return new Doc.Sequence(sequence.place(), tasks);
    }

    /** Lists within lists are one list, so that an anchor can stand for several tasks. */
    private void flatten(Doc.Sequence sequence, List<Doc> tasks) {
        for (Doc item : sequence.items()) {
            if (item instanceof Doc.Sequence nested) {
                flatten(nested, tasks);
            } else {
                tasks.add(task(item, true));
            }
        }
    }

    private Doc task(Doc item, boolean own) {
        if (item instanceof Doc.Mapping mapping && mapping.entries().size() == 1) {
            var only = mapping.entries().entrySet().iterator().next();
            return task(only.getKey(), only.getValue(), own);
        }
        reading.wrong(
                item.place(), "wrong_type", "A task must be one type, such as \"exec\", with its keys beneath it");
        return new Doc.Mapping(item.place(), Map.of("type", new Entry(item.place(), Form.text(item.place(), "exec"))));
    }

    private Doc task(String type, Entry entry, boolean own) {
        Map<String, Entry> options = new LinkedHashMap<>();
        Doc body = entry.value();
        if (type.equals(SCRIPT) && body instanceof Scalar scalar && scalar.text() != null) {
            options.put(SCRIPT, entry);
            body = new Doc.Mapping(body.place(), Map.of());
        }
        var form = new Form(reading, body);
        Doc typeDoc = Form.text(entry.key(), type);
        if (type.equals("plugin")) {
            Doc id = GocdMaterials.plugin(reading, form, "configuration", options);
            typeDoc = id instanceof Scalar(var place, var text, var _) && SCRIPT_PLUGIN.equals(text)
                    ? Form.text(place, SCRIPT)
                    : id == null ? Form.text(entry.key(), "") : id;
        }
        form.put("type", typeDoc);
        form.copy("working_directory");
        form.move("timeout", "timeout_minutes", doc -> doc);
        if (own) {
            form.move(
                    "run_if",
                    "run_if",
                    doc -> doc instanceof Scalar ? new Doc.Sequence(doc.place(), List.of(doc)) : doc);
            form.move("on_cancel", "on_cancel", doc -> task(doc, false));
        }
        if (type.equals("fetch")) {
            configuration(form, options);
        }
        options.putAll(form.rest());
        form.put("options", new Doc.Mapping(body.place(), options));
        return form.close();
    }

    /** Of an external artifact: both maps of options as one. */
    private void configuration(Form form, Map<String, Entry> options) {
        Entry entry = form.takeEntry("configuration");
        if (entry == null || entry.value().isNull()) {
            return;
        }
        Map<String, Entry> values = new LinkedHashMap<>();
        var configuration = new Form(reading, entry.value());
        GocdMaterials.options(reading, configuration, values);
        values.putAll(configuration.rest());
        options.put(
                "configuration",
                new Entry(entry.key(), new Doc.Mapping(entry.value().place(), values)));
    }
}
