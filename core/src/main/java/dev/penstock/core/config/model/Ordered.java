package dev.penstock.core.config.model;

import dev.penstock.core.secret.SecretRef;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Copies of maps that keep their order, because people see options and variables in the order in which they wrote them. */
final class Ordered {
    private static final String SECRET_REF = "secret_ref";

    private Ordered() {}

    static <V> Map<String, V> copy(Map<String, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }

    /** Copies options, whose values are the same objects whether they were parsed or read back from JSON. */
    static Map<String, Object> options(Map<String, Object> options) {
        Map<String, Object> copy = new LinkedHashMap<>();
        options.forEach((name, value) -> copy.put(name, option(value)));
        return Collections.unmodifiableMap(copy);
    }

    private static Object option(Object value) {
        return switch (value) {
            case Integer number -> (Object) number.longValue();
            case List<?> list -> List.copyOf(list);
            case Map<?, ?> map
            when map.size() == 1 && map.get(SECRET_REF) instanceof Number id -> new SecretRef(id.longValue());
            case Map<?, ?> map -> Collections.unmodifiableMap(new LinkedHashMap<>(map));
            default -> value;
        };
    }
}
