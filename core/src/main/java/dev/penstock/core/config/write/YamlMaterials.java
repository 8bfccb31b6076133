package dev.penstock.core.config.write;

import dev.penstock.core.config.model.MaterialDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Materials of GoCD's YAML form: a map by their names; a list, which is our addition, when one has none. */
final class YamlMaterials {
    /** Types whose name is the key of their location, and the option that the location is. */
    private static final Map<String, String> SHORT = Map.of("git", "url", "pipeline", "pipeline");

    /** Keys that name a type in the short form. */
    private static final Set<String> TYPES = Set.of("git", "hg", "svn", "p4", "pipeline", "package", "scm");

    /** Keys that every material has: an option of that name needs the form for plugins. */
    private static final Set<String> COMMON = Set.of(
            "name",
            "type",
            "destination",
            "auto_update",
            "ignore",
            "blacklist",
            "includes",
            "whitelist",
            "encrypted_password",
            "plugin_configuration");

    private YamlMaterials() {}

    static Object of(List<MaterialDefinition> materials) {
        Map<String, Object> named = new LinkedHashMap<>();
        List<Object> list = new ArrayList<>();
        for (MaterialDefinition material : materials) {
            Map<String, Object> form = material(material);
            if (material.name() != null) {
                named.put(material.name(), form);
            }
            Map<String, Object> withName = new LinkedHashMap<>();
            JsonForm.put(withName, "name", material.name());
            withName.putAll(form);
            list.add(withName);
        }
        return named.size() == materials.size() ? named : list;
    }

    private static Map<String, Object> material(MaterialDefinition material) {
        Map<String, Object> form = new LinkedHashMap<>();
        Map<String, Object> options = JsonForm.options(material.options());
        String location = SHORT.getOrDefault(material.type(), "");
        Set<String> others = new HashSet<>(options.keySet());
        others.remove(location);
        // A password in clear is refused when it looks like one that another server has encrypted.
        boolean inline = Collections.disjoint(others, COMMON) && !(options.get("password") instanceof String);
        if (inline && options.containsKey(location) && Collections.disjoint(others, TYPES)) {
            form.put(material.type(), options.get(location));
            options.remove(location);
            form.putAll(options);
        } else if (inline && !options.containsKey("type")) {
            form.put("type", material.type());
            form.putAll(options);
        } else {
            form.put("plugin_configuration", JsonForm.pair("id", material.type(), "version", "1"));
            form.put("options", options);
        }
        YamlForm.unless("", form, "destination", material.destination());
        YamlForm.unless(true, form, "auto_update", material.autoUpdate());
        MaterialDefinition.Filter filter = material.filter();
        if (filter.inverted()) {
            form.put("includes", filter.patterns());
        } else {
            YamlForm.unless(List.of(), form, "ignore", filter.patterns());
        }
        return form;
    }
}
