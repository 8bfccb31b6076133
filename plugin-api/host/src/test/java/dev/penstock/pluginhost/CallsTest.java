package dev.penstock.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.penstock.plugin.Violation;
import dev.penstock.plugin.material.MaterialContext;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.PollResult;
import dev.penstock.plugin.material.Revision;
import dev.penstock.plugin.option.OptionValues;
import dev.penstock.plugin.task.TaskException;
import dev.penstock.plugin.task.TaskResult;
import dev.penstock.pluginhost.PluginCallException.Why;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a plugin may do in a call, and what becomes of it. */
@Timeout(60)
class CallsTest {
    private static final String ASLEEP_AND_DEAF =
            "long end = System.nanoTime() + 2_200_000_000L; while (System.nanoTime() < end) {"
                    + " try { Thread.sleep(50); } catch (InterruptedException e) {} }";

    @TempDir
    Path root;

    private final Hosts.Clock clock = new Hosts.Clock();
    private Hosts.Folders folders;
    private PluginHost host;

    @BeforeEach
    void openEmpty() throws Exception {
        folders = Hosts.Folders.in(root);
        host = folders.open(Hosts.limits(), clock);
    }

    @AfterEach
    void close() {
        host.close();
    }

    private TaskHandle task(String run, String members) throws Exception {
        PluginJar.of("calls").type(Sources.task("calls", run, members)).dropInto(folders.external(), "calls.jar");
        host.rescan();
        return host.taskType("calls").orElseThrow();
    }

    private MaterialHandle material(String poll) throws Exception {
        PluginJar.of("calls").type(Sources.material("calls", poll)).dropInto(folders.external(), "calls.jar");
        host.rescan();
        return host.materialType("calls").orElseThrow();
    }

    private static OptionValues nothing(TaskHandle task) {
        return task.read(Map.of()).values();
    }

    private static TaskResult run(TaskHandle task) throws Exception {
        return task.run(new Hosts.Context(), nothing(task));
    }

    private static PollResult poll(MaterialHandle material) throws Exception {
        return material.poll(CONTEXT, material.read(Map.of()).values(), Optional.empty(), Duration.ofMillis(500));
    }

    private static final MaterialContext CONTEXT = new MaterialContext() {
        @Override
        public Path cacheDirectory() {
            return Path.of("");
        }

        @Override
        public Duration networkTimeout() {
            return Duration.ofSeconds(1);
        }

        @Override
        public long fetchLimitBytes() {
            return 1;
        }

        @Override
        public boolean allowsLocalFolder(Path folder) {
            return false;
        }

        @Override
        public Path knownHostsFile() {
            return Path.of("");
        }
    };

    private static void assertFails(ThrowingCallable call, Why why, String... words) {
        assertThatThrownBy(call).isInstanceOfSatisfying(PluginCallException.class, e -> {
            assertThat(e).hasMessageContaining("Plugin \"calls\"");
            assertThat(List.of(words)).allSatisfy(word -> assertThat(e).hasMessageContaining(word));
            assertThat(e.why()).isEqualTo(why);
            assertThat(e.pluginId()).isEqualTo("calls");
        });
    }

    @Test
    void anythingThrownIsWrappedWithThePluginsName() throws Exception {
        TaskHandle task = task("throw new IllegalStateException(\"oh\");", "");

        assertFails(() -> run(task), Why.FAILED, "calls.run", "oh");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"throw new NoClassDefFoundError(\"gone\");", "throw new StackOverflowError();", "return null;"})
    void errorsAndNullAreWrappedToo(String body) throws Exception {
        TaskHandle task = task(body.equals("return null;") ? body : "if (true) " + body + Sources.PASS, "");

        assertFails(() -> run(task), Why.FAILED, "calls.run");
    }

    @Test
    void itsOwnExceptionsAreAnswersAndOpenNoCircuit() throws Exception {
        TaskHandle task = task("throw new TaskException(\"no such tool\");", "");

        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> run(task))
                    .isInstanceOf(TaskException.class)
                    .hasMessage("no such tool");
        }
        assertThat(host.interrupted()).isEmpty();
    }

    @Test
    void slowAnswerToAShortQuestionIsNotWaitedFor() throws Exception {
        TaskHandle task = task(
                Sources.PASS,
                "public String summary(OptionValues values) { " + ASLEEP_AND_DEAF + " return \"late\"; }");
        long before = System.nanoTime();

        assertFails(() -> task.summary(nothing(task)), Why.TIMED_OUT, "calls.summary", "500 ms");

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void threadsThatDoNotHearTheirInterruptTakeNoMoreThanTheirPlaces() throws Exception {
        TaskHandle task = task(
                Sources.PASS,
                "public String summary(OptionValues values) { " + ASLEEP_AND_DEAF + " return \"late\"; }");

        assertFails(() -> task.summary(nothing(task)), Why.TIMED_OUT);
        assertFails(() -> task.summary(nothing(task)), Why.TIMED_OUT);
        assertFails(() -> task.summary(nothing(task)), Why.BUSY, "2 calls are running");
    }

    @Test
    void pollHasItsCallersDeadline() throws Exception {
        MaterialHandle material = material("Thread.sleep(60_000); return new PollResult.Unchanged();");

        assertFails(() -> poll(material), Why.TIMED_OUT, "calls.poll");
    }

    @Test
    void interruptOfTheCallerReachesThePlugin() throws Exception {
        TaskHandle task = task("context.console().out(\"in\"); Thread.sleep(60_000); return null;", "");
        var context = new Hosts.Context();
        var call = new FutureTask<>(() -> task.run(context, nothing(task)));
        Thread thread = Thread.ofVirtual().start(call);
        while (context.lines().isEmpty()) {
            Thread.onSpinWait();
        }

        thread.interrupt();

        assertThatThrownBy(() -> call.get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(host.interrupted()).isEmpty();
    }

    @Test
    void pluginThatKeepsFailingIsLeftAloneForAWhileAndThenTriedOnce() throws Exception {
        System.clearProperty("test.calls.good");
        TaskHandle task = task(
                "if (System.getProperty(\"test.calls.good\") == null) throw new IllegalStateException(\"no\");"
                        + Sources.PASS,
                "");
        for (int i = 0; i < 3; i++) {
            assertFails(() -> run(task), Why.FAILED);
        }

        assertFails(() -> run(task), Why.CIRCUIT_OPEN, "3 times in a row", "60 s");
        assertThat(host.interrupted()).containsExactly("calls");

        clock.pass(Duration.ofSeconds(61));
        assertFails(() -> run(task), Why.FAILED);
        assertFails(() -> run(task), Why.CIRCUIT_OPEN);

        clock.pass(Duration.ofSeconds(61));
        System.setProperty("test.calls.good", "yes");
        assertThat(run(task)).isEqualTo(new TaskResult.Passed());
        assertThat(host.interrupted()).isEmpty();
        System.clearProperty("test.calls.good");
    }

    @Test
    void failingShortCallsDoNotStopTheLongOnes() throws Exception {
        TaskHandle task = task(
                Sources.PASS,
                "public String summary(OptionValues values) { throw new IllegalStateException(\"no\"); }");
        for (int i = 0; i < 3; i++) {
            assertFails(() -> task.summary(nothing(task)), Why.FAILED);
        }

        assertThat(run(task)).isEqualTo(new TaskResult.Passed());
    }

    @Test
    void hugeAnswersAreCutToWhatIsShown() throws Exception {
        TaskHandle task = task(
                Sources.PASS,
                "public String summary(OptionValues values) { return \"xy\\n\".repeat(3_000_000); }"
                        + " public List<Violation> validate(OptionValues values) {"
                        + " return Collections.nCopies(1_000_000, new Violation(\"word\", \"wrong\")); }");

        assertThat(task.summary(nothing(task)))
                .hasSizeLessThanOrEqualTo(1_000)
                .doesNotContain("\n")
                .endsWith("…");
        assertThat(task.validate(Map.of())).hasSize(100);
    }

    @Test
    void hugePollIsCutToWhatTheServerStores() throws Exception {
        MaterialHandle material = material("""
                var files = Collections.nCopies(20_000, new Revision.ChangedFile("f", Revision.Action.ADDED));
                var list = new ArrayList<Revision>();
                for (int i = 0; i < 10_001; i++) list.add(new Revision("" + i, "a", Instant.EPOCH, "", List.of()));
                list.add(new Revision("last", "a".repeat(1000), Instant.EPOCH, "c".repeat(100_000), files));
                return new PollResult.Changed(list);
                """);

        List<Revision> revisions = ((PollResult.Changed) poll(material)).revisions();

        assertThat(revisions).hasSize(10_000);
        assertThat(revisions.getFirst().id()).isEqualTo("2");
        assertThat(revisions.getLast().id()).isEqualTo("last");
        assertThat(revisions.getLast().author()).hasSize(255);
        assertThat(revisions.getLast().comment()).hasSize(65_536);
        assertThat(revisions.getLast().files()).hasSize(10_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return new PollResult.Changed(List.of());",
                "return new PollResult.Rewritten(\"x\", List.of());",
                "return new PollResult.Changed(List.of(new Revision(\"\", \"a\", Instant.EPOCH, \"\", List.of())));",
                "return new PollResult.Changed(List.of(new Revision(\"x\".repeat(256), \"a\", Instant.EPOCH, \"\", List.of())));",
            })
    void pollThatBreaksAPromiseIsTheTypesFailure(String body) throws Exception {
        MaterialHandle material = material(body);

        assertFails(() -> poll(material), Why.FAILED, "calls.poll");
    }

    @Test
    void exceptionOfAMaterialKeepsItsKind() throws Exception {
        MaterialHandle material =
                material("throw new MaterialException(MaterialException.Kind.NOT_FOUND, \"There is no repository\");");

        assertThatThrownBy(() -> poll(material))
                .isInstanceOfSatisfying(
                        MaterialException.class, e -> assertThat(e.kind()).isEqualTo(MaterialException.Kind.NOT_FOUND));
    }

    @Test
    void mistakesOfOptionsAreToldBeforeThePluginIsAsked() throws Exception {
        TaskHandle task = task(
                Sources.PASS,
                "public List<Violation> validate(OptionValues values) { throw new IllegalStateException(); }");

        assertThat(task.validate(Map.of("wrod", "x")))
                .containsExactly(new Violation("wrod", "There is no option \"wrod\"; did you mean \"word\"?"));
    }

    @Test
    void callsAreCounted() throws Exception {
        TaskHandle task = task(Sources.PASS, "");
        run(task);
        run(task);
        task.summary(nothing(task));

        assertThat(host.timings().get("calls"))
                .extracting(CallTiming::call, CallTiming::calls, CallTiming::failures)
                .containsExactly(tuple("calls.run", 2L, 0L), tuple("calls.summary", 1L, 0L));
    }

    @Test
    void manyCallsAtOnceWaitForTheirTurn() throws Exception {
        TaskHandle task = task("Thread.sleep(20); return new TaskResult.Passed();", "");
        var calls = new ArrayList<FutureTask<TaskResult>>();
        for (int i = 0; i < 20; i++) {
            var call = new FutureTask<>(() -> run(task));
            calls.add(call);
            Thread.ofVirtual().start(call);
        }

        for (FutureTask<TaskResult> call : calls) {
            assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo(new TaskResult.Passed());
        }
    }
}
