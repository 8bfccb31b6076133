package dev.penstock.core.http;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the API's contract says of requests. Immutable. The document itself, which is large and seldom asked for, is not
 * kept: {@link ContractFiles#document()}.
 */
public final class Contract {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch", "head", "options");

    private final Map<Key, Operation> operations = new HashMap<>();

    /** @param document an OpenAPI document as maps, lists and scalars */
    Contract(Map<String, Object> document) {
        map(document.get("paths")).forEach((path, item) -> {
            Map<String, Object> methods = map(item);
            methods.forEach((method, operation) -> {
                if (METHODS.contains(method)) {
                    add(document, method.toUpperCase(Locale.ROOT), path, methods, map(operation));
                }
            });
        });
    }

    private record Key(String method, String path) {}

    /**
     * What a request may look like.
     *
     * @param access as {@code x-access} says
     * @param query names of the query's parameters
     * @param bodies media types of the body; empty when it takes none
     * @param repeatable whether it takes an {@code Idempotency-Key}
     */
    public record Operation(
            String method,
            String path,
            String operationId,
            String access,
            Set<String> query,
            Set<String> bodies,
            boolean repeatable) {}

    private void add(
            Map<String, Object> document,
            String method,
            String path,
            Map<String, Object> item,
            Map<String, Object> operation) {
        List<Object> parameters = new ArrayList<>(list(item.get("parameters")));
        parameters.addAll(list(operation.get("parameters")));
        Set<String> query = new HashSet<>();
        boolean repeatable = false;
        for (Object parameter : parameters) {
            Map<String, Object> resolved = resolved(document, map(parameter));
            if ("query".equals(resolved.get("in"))) {
                query.add(text(resolved.get("name")));
            }
            repeatable |= Idempotency.HEADER.equals(resolved.get("name"));
        }
        Map<String, Object> body = resolved(document, map(operation.get("requestBody")));
        operations.put(
                new Key(method, path),
                new Operation(
                        method,
                        path,
                        text(operation.get("operationId")),
                        text(operation.get("x-access")),
                        Set.copyOf(query),
                        Set.copyOf(map(body.get("content")).keySet()),
                        repeatable));
    }

    /** An operation by its method and path, as the document writes them. */
    public Optional<Operation> operation(String method, String path) {
        return Optional.ofNullable(operations.get(new Key(method, path)));
    }

    public Collection<Operation> operations() {
        return List.copyOf(operations.values());
    }

    /** The node itself, or what its {@code $ref} into the document names. */
    private static Map<String, Object> resolved(Map<String, Object> document, Map<String, Object> node) {
        if (!(node.get("$ref") instanceof String reference)) {
            return node;
        }
        Object found = document;
        for (String step : reference.replaceFirst("^#/", "").split("/", -1)) {
            found = map(found).get(step);
        }
        if (found == null) {
            throw new IllegalStateException("The contract refers to \"" + reference + "\", which is not there");
        }
        return map(found);
    }

    @SuppressWarnings("unchecked") // keys of YAML mappings in these files are text
    static Map<String, Object> map(@Nullable Object node) {
        return node instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    private static List<?> list(@Nullable Object node) {
        return node instanceof List<?> list ? list : List.of();
    }

    private static String text(@Nullable Object node) {
        return node == null ? "" : node.toString();
    }
}
