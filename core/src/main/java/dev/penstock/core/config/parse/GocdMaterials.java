package dev.penstock.core.config.parse;

import dev.penstock.core.config.parse.Doc.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Materials of GoCD's YAML format in the JSON form. */
final class GocdMaterials {
    /** Keys whose value is the location and whose name is the type, and the option that the location is. */
    private static final Map<String, String> SHORT = Map.of(
            "git",
            "url",
            "hg",
            "url",
            "svn",
            "url",
            "p4",
            "port",
            "pipeline",
            "pipeline",
            "package",
            "ref",
            "scm",
            "ref");

    private final Reading reading;

    GocdMaterials(Reading reading) {
        this.reading = reading;
    }

    /** A map of names to materials; or, as our addition, a list of materials that need no names. */
    Doc materials(Doc doc) {
        if (doc instanceof Doc.Sequence sequence) {
            List<Doc> list = new ArrayList<>();
            for (Doc item : sequence.items()) {
                var form = new Form(reading, item);
                form.copy("name");
                list.add(material(form, item));
            }
            return new Doc.Sequence(sequence.place(), list);
        }
        return Form.named(reading, doc, "materials", (name, entry) -> {
            var form = new Form(reading, entry.value());
            form.put("name", Form.text(entry.key(), name));
            return material(form, entry.value());
        });
    }

    private Doc material(Form form, Doc doc) {
        Map<String, Entry> options = new LinkedHashMap<>();
        Doc type = type(form, options);
        if (type == null) {
            reading.wrong(doc.place(), "required", "The material needs a type, such as \"git\" with a URL");
            type = Form.text(doc.place(), "");
        }
        form.put("type", type);
        form.copy("destination", "auto_update");
        filter(form, doc);
        Entry password = form.takeEntry("password");
        Entry encrypted = form.takeEntry("encrypted_password");
        if (password != null && encrypted != null) {
            reading.wrong(encrypted.key(), "ambiguous", "There is a \"password\" already");
        }
        Entry secret = password == null ? encrypted : password;
        if (secret != null && !secret.value().isNull()) {
            options.put("password", new Entry(secret.key(), GocdYaml.secret(reading, secret)));
        }
        options.putAll(form.rest());
        form.put("options", new Doc.Mapping(doc.place(), options));
        return form.close();
    }

    private @Nullable Doc type(Form form, Map<String, Entry> options) {
        Doc type = form.take("type");
        if (type instanceof Doc.Scalar(var place, var text, var _) && "dependency".equals(text)) {
            type = Form.text(place, "pipeline");
        }
        if (type != null) {
            return type;
        }
        if (form.has("plugin_configuration")) {
            return plugin(reading, form, "plugin_configuration", options);
        }
        for (String name : SHORT.keySet()) {
            if (form.has(name)) {
                Entry location = form.takeEntry(name);
                if (location != null) {
                    options.put(SHORT.getOrDefault(name, name), location);
                    return Form.text(location.key(), name);
                }
            }
        }
        return null;
    }

    /** A plugin's id as the type, and its two maps of options as one. */
    static @Nullable Doc plugin(Reading reading, Form form, String key, Map<String, Entry> options) {
        form.take("scm");
        Doc configuration = form.take(key);
        Doc id = null;
        if (configuration != null) {
            var plugin = new Form(reading, configuration);
            id = plugin.take("id");
            plugin.take("version");
            plugin.close();
            if (id == null) {
                reading.wrong(configuration.place(), "required", "\"id\" of the plugin is missing");
            }
        }
        options(reading, form, options);
        return id;
    }

    /** {@code options} and {@code secure_options} as one. */
    static void options(Reading reading, Form form, Map<String, Entry> options) {
        if (form.take("options") instanceof Doc.Mapping plain) {
            options.putAll(plain.entries());
        }
        if (form.take("secure_options") instanceof Doc.Mapping secure) {
            secure.entries().forEach((name, entry) -> options.put(name, secure(reading, entry)));
        }
    }

    private static Entry secure(Reading reading, Entry entry) {
        Doc secret = GocdYaml.secret(reading, entry);
        return secret instanceof Doc.Mapping
                ? entry
                : new Entry(
                        entry.key(),
                        new Doc.Mapping(secret.place(), Map.of("secure_value", new Entry(entry.key(), secret))));
    }

    private void filter(Form form, Doc doc) {
        Entry ignore = first(form.takeEntry("ignore"), form.takeEntry("blacklist"));
        Entry includes = first(form.takeEntry("includes"), form.takeEntry("whitelist"));
        if (ignore != null && includes != null) {
            reading.wrong(includes.key(), "ambiguous", "A material has \"ignore\" or \"includes\", not both");
        }
        Entry patterns = first(ignore, includes);
        if (patterns == null || patterns.value().isNull()) {
            return;
        }
        Map<String, Entry> filter = new LinkedHashMap<>();
        filter.put("patterns", patterns);
        String inverted = Boolean.toString(ignore == null);
        filter.put("inverted", new Entry(doc.place(), Form.text(patterns.key(), inverted)));
        form.put("filter", new Doc.Mapping(patterns.key(), filter));
    }

    private static @Nullable Entry first(@Nullable Entry one, @Nullable Entry other) {
        return one == null ? other : one;
    }
}
