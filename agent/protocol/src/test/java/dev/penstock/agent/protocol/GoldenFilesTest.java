package dev.penstock.agent.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What this release says is what the releases before and after it understand. A golden file is never changed, only joined. */
final class GoldenFilesTest {
    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    static Stream<Class<?>> messages() {
        return Stream.of(
                RegistrationRequest.class,
                RegistrationReply.class,
                TokenRequest.class,
                TokenReply.class,
                PollRequest.class,
                PollReply.class,
                JobAssignment.class,
                JobReport.class,
                ReportReply.class,
                ConsoleReply.class,
                FetchRequest.class,
                FetchReply.class);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void whatIsReadIsWrittenAgain(Class<?> type) throws IOException {
        JsonNode golden = golden(type);

        Object message = JSON.treeToValue(golden, type);

        assertThat(JSON.readTree(JSON.writeValueAsBytes(message))).isEqualTo(golden);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void fieldsOfALaterReleaseArePassedOver(Class<?> type) throws IOException {
        JsonNode golden = golden(type);
        JsonNode later = golden.deepCopy();
        addUnknown(later);

        Object message = JSON.treeToValue(later, type);

        assertThat(JSON.readTree(JSON.writeValueAsBytes(message))).isEqualTo(golden);
    }

    @Test
    void whatIsOptionalMayBeMissing() throws IOException {
        var report = JSON.readValue("{\"attempt\": 1, \"phases\": [], \"tasks\": []}", JobReport.class);
        var reply = JSON.readValue("{\"cancel\": [], \"drop\": []}", PollReply.class);
        ObjectNode registration = golden(RegistrationRequest.class).deepCopy();
        registration.remove("autoRegisterKey");

        var request = JSON.treeToValue(registration, RegistrationRequest.class);

        assertThat(report.end()).isNull();
        assertThat(report.console()).isNull();
        assertThat(reply.assignment()).isNull();
        assertThat(request.autoRegisterKey()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"PollRequest", "PollReply", "JobAssignment", "JobReport", "RegistrationRequest", "FetchReply"})
    void listsThatAreMissingAreEmpty(String name) throws IOException, ClassNotFoundException {
        Class<?> type = Class.forName("dev.penstock.agent.protocol." + name);
        ObjectNode without = golden(type).deepCopy();
        List<String> lists = without.propertyStream()
                .filter(field -> field.getValue().isArray())
                .map(Map.Entry::getKey)
                .toList();
        without.remove(lists);

        JsonNode written = JSON.readTree(JSON.writeValueAsBytes(JSON.treeToValue(without, type)));

        assertThat(lists)
                .isNotEmpty()
                .allSatisfy(list ->
                        assertThat(written.get(list)).as(list).isNotNull().isEmpty());
    }

    @Test
    void everyMessageHasItsFile() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/golden"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(messages()
                            .map(type -> type.getSimpleName() + ".json")
                            .toList());
        }
    }

    @Test
    void secretsAreNotInWhatIsLogged() throws IOException {
        var job = JSON.treeToValue(golden(JobAssignment.class), JobAssignment.class);

        assertThat(job.environment().get(1).toString()).isEqualTo("TOKEN=********");
        assertThat(job.materials().getFirst().toString()).doesNotContain("secret");
        assertThat(job.toString()).doesNotContain("secret");
    }

    private static void addUnknown(JsonNode node) {
        if (node instanceof ObjectNode object && !object.isEmpty()) {
            object.forEach(GoldenFilesTest::addUnknown);
            if (!object.has("command") && !object.has("stage") && !object.has("url") && !object.has("x")) {
                object.putObject("addedLater").put("some", "thing");
            } else if (object.has("isFile")) {
                object.put("addedLater", true);
            }
        } else {
            node.forEach(GoldenFilesTest::addUnknown);
        }
    }

    private static JsonNode golden(Class<?> type) throws IOException {
        try (InputStream in = GoldenFilesTest.class.getResourceAsStream("/golden/" + type.getSimpleName() + ".json")) {
            assertThat(in).as("golden file of %s", type).isNotNull();
            return JSON.readTree(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
