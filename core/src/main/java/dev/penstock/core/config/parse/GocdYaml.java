package dev.penstock.core.config.parse;

import dev.penstock.core.config.parse.Doc.Entry;
import dev.penstock.core.config.parse.Doc.Scalar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * GoCD's YAML format, rewritten into the JSON form part by part, each part with its own place. Only the shape changes
 * here; what the values may be is the reader's question.
 */
final class GocdYaml {
    private static final Set<String> TOP = Set.of("format_version", "environments", "pipelines", "common");
    private static final Map<String, String> LOCKS =
            Map.of("none", "none", "lockOnFailure", "lock_on_failure", "unlockWhenFinished", "unlock_when_finished");
    private static final int NEWEST_FORMAT = 10;

    private final Reading reading;
    private final GocdJobs jobs;
    private final GocdMaterials materials;

    private GocdYaml(Reading reading) {
        this.reading = reading;
        this.jobs = new GocdJobs(reading);
        this.materials = new GocdMaterials(reading);
    }

    /** The pipelines of a file, each in the JSON form. */
    static List<Doc> pipelines(Doc file, Reading reading) {
        return new GocdYaml(reading).file(file);
    }

    private List<Doc> file(Doc file) {
        if (!(file instanceof Doc.Mapping mapping)) {
            reading.wrong(file.place(), "wrong_type", "The file must be a mapping with the key \"pipelines\"");
            return List.of();
        }
        mapping.entries().forEach((name, entry) -> {
            if (!TOP.contains(name)) {
                reading.wrong(
                        entry.key(),
                        "unknown_key",
                        "\"" + name + "\" is not known at the top of a file; known are:"
                                + " common, environments, format_version, pipelines");
            }
        });
        version(mapping);
        if (mapping.entries().get("environments") instanceof Entry(var key, var value) && !value.isNull()) {
            reading.note(key, "environments_ignored", "\"environments\" are not taken from this file");
        }
        Entry pipelines = mapping.entries().get("pipelines");
        if (pipelines == null || pipelines.value().isNull()) {
            reading.wrong(mapping.place(), "required", "\"pipelines\" is missing");
            return List.of();
        }
        if (!(pipelines.value() instanceof Doc.Mapping named)) {
            reading.wrong(pipelines.value().place(), "wrong_type", "\"pipelines\" must map names to pipelines");
            return List.of();
        }
        List<Doc> result = new ArrayList<>();
        named.entries().forEach((name, entry) -> result.add(pipeline(name, entry)));
        return result;
    }

    private void version(Doc.Mapping file) {
        Entry entry = file.entries().get("format_version");
        if (entry == null) {
            return;
        }
        String text = entry.value() instanceof Scalar scalar && scalar.text() != null ? scalar.text() : "";
        boolean known =
                text.matches("[0-9]{1,2}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= NEWEST_FORMAT;
        if (!known) {
            reading.wrong(
                    entry.value().place(),
                    "unknown_version",
                    "\"format_version\" must be a number from 1 to " + NEWEST_FORMAT);
        }
    }

    private Doc pipeline(String name, Entry entry) {
        var form = new Form(reading, entry.value());
        form.put("name", Form.text(entry.key(), name));
        form.copy("group", "label_template", "display_order", "template", "tracking_tool", "timer");
        form.move("lock_behavior", "lock_behavior", GocdYaml::lock);
        form.move("parameters", "parameters", this::parameters);
        variables(form);
        form.move("materials", "materials", materials::materials);
        form.move("stages", "stages", this::stages);
        return form.close();
    }

    private static Doc lock(Doc doc) {
        if (doc instanceof Scalar(var place, var text, var kind) && text != null && LOCKS.containsKey(text)) {
            return new Scalar(place, LOCKS.get(text), kind);
        }
        return doc;
    }

    private Doc parameters(Doc doc) {
        return Form.named(reading, doc, "parameters", (name, entry) -> {
            var form = new Form(reading, new Doc.Mapping(entry.key(), Map.of()));
            form.put("name", Form.text(entry.key(), name));
            form.put("value", entry.value());
            return form.close();
        });
    }

    /** Both maps of variables become one list: the plain ones first. */
    private void variables(Form form) {
        variables(reading, form);
    }

    static void variables(Reading reading, Form form) {
        List<Doc> all = new ArrayList<>();
        Doc plain = form.take("environment_variables");
        if (plain != null
                && Form.named(reading, plain, "environment_variables", (name, entry) -> plain(reading, name, entry))
                        instanceof Doc.Sequence list) {
            all.addAll(list.items());
        }
        Doc secure = form.take("secure_variables");
        if (secure != null
                && Form.named(reading, secure, "secure_variables", (name, entry) -> secure(reading, name, entry))
                        instanceof Doc.Sequence list) {
            all.addAll(list.items());
        }
        Doc place = plain == null ? secure : plain;
        if (place != null) {
            form.put("variables", new Doc.Sequence(place.place(), all));
        }
    }

    /** As our addition, a secret may stand here too, so that the order of variables can be written. */
    private static Doc plain(Reading reading, String name, Entry entry) {
        if (entry.value() instanceof Doc.Mapping) {
            return secure(reading, name, entry);
        }
        return new Doc.Mapping(
                entry.value().place(),
                Map.of(
                        "name", new Entry(entry.key(), Form.text(entry.key(), name)),
                        "value", new Entry(entry.key(), entry.value())));
    }

    private static Doc secure(Reading reading, String name, Entry entry) {
        Doc secret = secret(reading, entry);
        Entry named = new Entry(entry.key(), Form.text(entry.key(), name));
        if (secret instanceof Doc.Mapping mapping) {
            var entries = new LinkedHashMap<>(mapping.entries());
            entries.put("name", named);
            return new Doc.Mapping(mapping.place(), entries);
        }
        return new Doc.Mapping(
                entry.value().place(), Map.of("name", named, "secure_value", new Entry(entry.key(), secret)));
    }

    /** A secret's place in a file: its reference, or its value, but not what another server has encrypted. */
    static Doc secret(Reading reading, Entry entry) {
        if (entry.value() instanceof Scalar(var place, var text, var _) && text != null) {
            if (text.startsWith("AES:")) {
                reading.wrong(
                        place,
                        "foreign_secret",
                        "This value was encrypted by a GoCD server, whose key is not here;"
                                + " write the value itself once, the import stores it encrypted");
            } else if (text.startsWith("{{SECRET:")) {
                reading.wrong(
                        place,
                        "foreign_secret",
                        "There are no secret configurations that \"" + text
                                + "\" could refer to; write the value itself once, the import stores it encrypted");
            }
        }
        return entry.value();
    }

    private Doc stages(Doc doc) {
        if (!(doc instanceof Doc.Sequence sequence)) {
            return doc;
        }
        List<Doc> stages = new ArrayList<>();
        for (Doc item : sequence.items()) {
            if (item instanceof Doc.Mapping mapping && mapping.entries().size() == 1) {
                mapping.entries().forEach((name, entry) -> stages.add(stage(name, entry)));
            } else {
                reading.wrong(item.place(), "wrong_type", "A stage must be one name with the stage's keys beneath it");
            }
        }
        return new Doc.Sequence(sequence.place(), stages);
    }

    private Doc stage(String name, Entry entry) {
        var form = new Form(reading, entry.value());
        form.put("name", Form.text(entry.key(), name));
        form.copy("fetch_materials");
        form.move("keep_artifacts", "never_cleanup_artifacts", doc -> doc);
        form.move("clean_workspace", "clean_working_directory", doc -> doc);
        form.move("approval", "approval", doc -> {
            if (doc instanceof Scalar) {
                return new Doc.Mapping(doc.place(), Map.of("type", new Entry(doc.place(), doc)));
            }
            return doc;
        });
        variables(form);
        if (form.has("jobs")) {
            form.move("jobs", "jobs", jobs::jobs);
        } else if (entry.value() instanceof Doc.Mapping) {
            form.put("jobs", new Doc.Sequence(entry.value().place(), List.of(jobs.only(name, entry, form))));
        }
        return form.close();
    }
}
