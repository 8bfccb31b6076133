package dev.penstock.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.penstock.core.http.Contract;
import dev.penstock.core.http.ContractFiles;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.testing.ApiClient.Answer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Compares answers with the OpenAPI document. Thread-safe. */
final class ApiContract {
    private static final String ID = "https://penstock.invalid/openapi";

    /** Answered by checks that come before any operation. */
    private static final Set<Integer> BEFORE_ANY = Set.of(404, 405, 421);

    private static final Map<String, Object> DOCUMENT = ContractFiles.document();
    private static final Contract CONTRACT = ContractFiles.load();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(ID, Json.write(DOCUMENT))));
    private static final Map<String, Schema> KNOWN = new ConcurrentHashMap<>();

    private ApiContract() {}

    static void check(String method, String target, Answer answer) {
        String path = target.contains("?") ? target.substring(0, target.indexOf('?')) : target;
        if (path.startsWith("/agent/")) {
            return; // the agents' protocol is records in agent/protocol
        }
        String template = template(method, path);
        if (template == null) {
            assertThat(BEFORE_ANY)
                    .as(answer.request() + " is not in the contract")
                    .contains(answer.status());
            checkBody("/components/responses/Problem", answer);
            return;
        }
        List<String> steps = new ArrayList<>(List.of("paths", template, method.toLowerCase(Locale.ROOT)));
        steps.add("responses");
        Map<?, ?> responses = at(steps);
        String status = Integer.toString(answer.status());
        assertThat(responses.keySet().stream().map(Object::toString))
                .as(answer.request() + " answered " + status + ", which the contract does not list: " + answer.text())
                .containsAnyOf(status, "default");
        steps.add(responses.containsKey(status) ? status : "default");
        checkBody(pointer(resolved(steps)), answer);
    }

    private static void checkBody(String response, Answer answer) {
        Map<?, ?> content = (Map<?, ?>) at(steps(response)).get("content");
        if (content == null) {
            assertThat(answer.bytes())
                    .as(answer.request() + " has a body: " + answer.text())
                    .isEmpty();
            return;
        }
        String mediaType = String.valueOf(answer.header("Content-Type")).split(";", 2)[0];
        assertThat(content.keySet().stream().map(Object::toString))
                .as(answer.request() + " answered " + answer.status() + " of " + mediaType)
                .contains(mediaType);
        if (mediaType.endsWith("json")) {
            String where = response + "/content/" + escaped(mediaType) + "/schema";
            Schema schema = KNOWN.computeIfAbsent(where, at -> SCHEMAS.getSchema(SchemaLocation.of(ID + "#" + at)));
            assertThat(schema.validate(answer.text(), InputFormat.JSON))
                    .as(answer.request() + " answered " + answer.text())
                    .isEmpty();
        }
    }

    /** The path of the contract that a path of a request belongs to; the one with the fewest parameters. */
    private static @Nullable String template(String method, String path) {
        return CONTRACT.operations().stream()
                .filter(operation -> operation.method().equals(method))
                .map(Contract.Operation::path)
                .filter(template -> pattern(template).matcher(path).matches())
                .min(Comparator.comparingLong(
                        template -> template.chars().filter(c -> c == '{').count()))
                .orElse(null);
    }

    /** A parameter is one segment; {@code {path}} at the end is what is left. */
    private static Pattern pattern(String template) {
        var text = new StringBuilder();
        for (String segment : template.split("(?=\\{)|(?<=})", -1)) {
            if (!segment.startsWith("{")) {
                text.append(Pattern.quote(segment));
            } else {
                text.append(segment.equals("{path}") && template.endsWith(segment) ? ".+" : "[^/]+");
            }
        }
        return Pattern.compile(text.toString());
    }

    private static List<String> resolved(List<String> steps) {
        return at(steps).get("$ref") instanceof String reference ? steps(reference.substring(1)) : steps;
    }

    private static Map<?, ?> at(List<String> steps) {
        Object node = DOCUMENT;
        for (String step : steps) {
            node = node instanceof Map<?, ?> map ? map.get(step) : null;
        }
        assertThat(node).as("the contract at " + steps).isInstanceOf(Map.class);
        return node instanceof Map<?, ?> map ? map : Map.of();
    }

    private static List<String> steps(String pointer) {
        return Arrays.stream(pointer.substring(1).split("/", -1))
                .map(step -> step.replace("~1", "/").replace("~0", "~"))
                .toList();
    }

    private static String pointer(List<String> steps) {
        var text = new StringBuilder();
        steps.forEach(step -> text.append('/').append(escaped(step)));
        return text.toString();
    }

    private static String escaped(String step) {
        return step.replace("~", "~0").replace("/", "~1");
    }
}
