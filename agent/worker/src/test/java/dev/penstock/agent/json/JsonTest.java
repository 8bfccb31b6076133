package dev.penstock.agent.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.PollReply;
import dev.penstock.agent.protocol.ReportReply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class JsonTest {
    /** As the server reads and writes the protocol. */
    private static final JsonMapper JACKSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    private static final Path GOLDEN = Path.of("../protocol/src/test/resources/golden");

    static Stream<Path> goldenFiles() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("goldenFiles")
    void readsAndWritesEachMessageOfTheProtocolAsTheServerDoes(Path golden) throws Exception {
        byte[] json = Files.readAllBytes(golden);
        Class<? extends Record> type = type(golden);

        Record read = Json.read(json, type);

        assertThat(JACKSON.readTree(Json.write(read))).isEqualTo(JACKSON.readTree(json));
        assertThat(JACKSON.readTree(JACKSON.writeValueAsBytes(JACKSON.readValue(json, type))))
                .isEqualTo(JACKSON.readTree(Json.write(read)));
    }

    private static Class<? extends Record> type(Path golden) throws ClassNotFoundException {
        String name = golden.getFileName().toString().replace(".json", "");
        return Class.forName(AgentFacts.class.getPackageName() + "." + name).asSubclass(Record.class);
    }

    @Test
    void passesOverFieldsThatItDoesNotKnow() throws IOException {
        byte[] json = bytes("{\"cancel\":true,\"news\":{\"a\":[1,{\"b\":null}]},\"consoleLength\":7}");

        ReportReply reply = Json.read(json, ReportReply.class);

        assertThat(reply).isEqualTo(new ReportReply(true, 7));
    }

    @Test
    void takesWhatIsLeftOutForNothing() throws IOException {
        PollReply reply = Json.read(bytes("{}"), PollReply.class);

        assertThat(reply.assignment()).isNull();
        assertThat(reply.cancel()).isEmpty();
        assertThat(reply.drop()).isEmpty();
    }

    @Test
    void readsOptionsOfEveryKind() throws IOException {
        byte[] json = bytes(
                "{\"type\":\"t\",\"options\":{\"a\":\"x\",\"b\":3,\"c\":true,\"d\":[\"y\"],\"e\":{\"k\":\"v\"}}}");

        JobAssignment.Task task = Json.read(json, JobAssignment.Task.class);

        assertThat(task.options().get("a")).isEqualTo("x");
        assertThat(task.options().get("b")).isEqualTo(3L);
        assertThat(task.options().get("c")).isEqualTo(true);
        assertThat(task.options().get("d")).isEqualTo(java.util.List.of("y"));
        assertThat(task.options().get("e")).isEqualTo(java.util.Map.of("k", "v"));
    }

    @Test
    void refusesWhatIsNoSuchMessage() {
        assertThatThrownBy(() -> Json.read(bytes("[1]"), ReportReply.class)).hasMessage("Not a JSON object");
        assertThatThrownBy(() -> Json.read(bytes("{\"cancel\":\"yes\"}"), ReportReply.class))
                .hasMessage("\"cancel\" in a ReportReply is not a boolean");
        assertThatThrownBy(() -> Json.read(bytes("{} {}"), ReportReply.class))
                .hasMessage("There is something after the JSON object");
        assertThatThrownBy(() -> Json.read(bytes("{\"phase\":\"SLEEPING\"}"), JobReport.PhaseEntered.class))
                .hasMessage("\"phase\" in a PhaseEntered is not a Phase");
        assertThatThrownBy(() -> Json.read(bytes("{\"phase\":\"BUILDING\"}"), JobReport.PhaseEntered.class))
                .hasMessage("\"at\" is missing in a PhaseEntered");
    }

    @Test
    void findsTheFieldsOfAProblem() {
        byte[] problem = bytes("{\"errors\":[{\"detail\":\"no\"}],\"code\":\"superseded\",\"detail\":\"Not yours\"}");

        assertThat(Json.text(problem, "code")).isEqualTo("superseded");
        assertThat(Json.text(problem, "detail")).isEqualTo("Not yours");
        assertThat(Json.text(problem, "length")).isEmpty();
        assertThat(Json.text(bytes("<html>"), "code")).isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
