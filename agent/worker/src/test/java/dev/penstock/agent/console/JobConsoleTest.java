package dev.penstock.agent.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JobConsoleTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.123Z");
    private static final String T = "2026-11-23T12:00:00.123Z ";

    @TempDir
    Path folder;

    private final AtomicReference<Instant> time = new AtomicReference<>(NOON);
    private final InstantSource clock = time::get;
    private ConsoleFile file;
    private JobConsole console;

    @BeforeEach
    void open() throws IOException {
        file = new ConsoleFile(folder.resolve("1-1"), 1L << 30, 1L << 30);
        console = new JobConsole(file, Secrets.of(List.of("hunter22")), clock);
    }

    @AfterEach
    void close() throws IOException {
        file.close();
    }

    @Test
    void givesEachLineItsTimeAndTag() throws Exception {
        long offset = console.begin("make all");
        out("one\ntwo\n");
        err("oh\n");
        console.note("noted");
        console.problem("wrong");
        console.finish("passed after 0.1 s");

        assertThat(offset).isZero();
        assertThat(text())
                .isEqualTo(T + ">> make all\n" + T + "ou one\n" + T + "ou two\n" + T + "er oh\n" + T + "no noted\n" + T
                        + "!! wrong\n" + T + "<< passed after 0.1 s\n");
    }

    @Test
    void tellsWhereAStepBegins() throws Exception {
        out("a line\n");

        long offset = console.begin("next");

        assertThat(text().substring((int) offset)).isEqualTo(T + ">> next\n");
    }

    @Test
    void waitsForTheEndOfALineAndShowsItWhenItTakesLong() throws Exception {
        out("Continue? ");
        console.showOpenLines();
        String early = text();
        time.set(NOON.plusMillis(300));
        console.showOpenLines();
        String shown = text();
        out("yes\n");

        assertThat(early).isEmpty();
        assertThat(shown).isEqualTo(T + "ou Continue? ");
        assertThat(text()).isEqualTo(T + "ou Continue? yes\n");
    }

    @Test
    void doesNotLetTheOtherStreamCutALineThatIsNotShownYet() throws Exception {
        out("half");
        err("whole\n");
        out(" line\n");

        assertThat(text()).isEqualTo(T + "er whole\n" + T + "ou half line\n");
    }

    @Test
    void goesOnWithAContinuationWhenSomebodySpokeInAnOpenLine() throws Exception {
        out("one ");
        time.set(NOON.plusMillis(300));
        console.showOpenLines();
        err("oh\n");
        out("two\n");

        String later = "2026-11-23T12:00:00.423Z ";
        assertThat(text()).isEqualTo(T + "ou one \n" + later + "er oh\n" + later + "o+ two\n");
    }

    @Test
    void cutsLongLinesBetweenCharacters() throws Exception {
        String korean = "가".repeat(10_000); // 30,000 bytes; 16,384 is no multiple of 3

        out(korean + "\n");

        List<String> lines = text().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).isEqualTo(T + "ou " + "가".repeat(5461));
        assertThat(lines.get(1)).isEqualTo(T + "o+ " + "가".repeat(4539));
    }

    @Test
    void cutsWhatIsNotUtf8Anywhere() throws Exception {
        var junk = new byte[40_000];
        Arrays.fill(junk, (byte) 0x80);

        console.out(junk, 0, junk.length);
        out("\n");

        assertThat(Arrays.equals(joined("ou", "o+"), ended(junk))).isTrue();
    }

    @Test
    void dropsACarriageReturnBeforeTheLineFeedOnly() throws Exception {
        out("dos\r\n10%\r20%\r");
        out("\nlone\rr\n");

        assertThat(text()).isEqualTo(T + "ou dos\n" + T + "ou 10%\r20%\n" + T + "ou lone\rr\n");
    }

    @Test
    void masksAcrossPiecesBeforeAnythingIsWritten() throws Exception {
        out("password hun");
        time.set(NOON.plusMillis(300));
        console.showOpenLines();
        String shown = text();
        out("ter22!\n");
        console.note("hunter22 again");

        assertThat(shown).isEqualTo(T + "ou password ");
        assertThat(text()).startsWith(T + "ou password ********!\n").endsWith("no ******** again\n");
    }

    @Test
    void givesOutWhatLookedLikeASecretWhenTheProgramEnds() throws Exception {
        out("password hunter");
        console.endOutput();
        out("22 of the next program\n");

        assertThat(text()).isEqualTo(T + "ou password hunter\n" + T + "ou 22 of the next program\n");
    }

    @Test
    void neverLetsTimesDecrease() throws Exception {
        out("a\n");
        time.set(NOON.minusSeconds(3600));
        out("b\n");
        time.set(Instant.parse("2026-12-31T23:59:59.999Z"));
        out("c\n");

        assertThat(text()).isEqualTo(T + "ou a\n" + T + "ou b\n" + "2026-12-31T23:59:59.999Z ou c\n");
    }

    @Test
    void survivesALineOf100MegabytesWithFlatMemory() throws Exception {
        var piece = new byte[64 * 1024];
        Arrays.fill(piece, (byte) 'x');
        System.gc();
        long before = used();

        for (int i = 0; i < 1600; i++) {
            console.out(piece, 0, piece.length);
        }
        System.gc();
        long grown = used() - before;
        out("\n");
        console.end();

        assertThat(grown).isLessThan(2L << 20);
        assertThat(Files.size(folder.resolve("1-1.console"))).isEqualTo(100L * 1024 * 1024 + 6400 * (24 + 5));
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Joining lines with their continuations gives back what was printed, whatever the pieces were. */
    @Test
    void losesNoByteOfEitherStream() throws Exception {
        for (int seed = 0; seed < 60; seed++) {
            reopen();
            var random = new Random(seed);
            var out = new ByteArrayOutputStream();
            var err = new ByteArrayOutputStream();
            for (int i = 0; i < 200; i++) {
                byte[] piece = piece(random);
                boolean toErr = random.nextInt(4) == 0;
                if (toErr) {
                    console.err(piece, 0, piece.length);
                } else {
                    console.out(piece, 0, piece.length);
                }
                (toErr ? err : out).write(piece);
                if (random.nextInt(5) == 0) {
                    time.set(time.get().plusMillis(random.nextInt(300)));
                    console.showOpenLines();
                }
                if (random.nextInt(20) == 0) {
                    console.note("between");
                }
            }
            console.end();

            assertThat(joined("ou", "o+")).as("seed %d", seed).isEqualTo(ended(out.toByteArray()));
            assertThat(joined("er", "e+")).as("seed %d", seed).isEqualTo(ended(err.toByteArray()));
            assertThat(Files.readAllBytes(folder.resolve("1-1.console"))).satisfies(JobConsoleTest::isWellFormed);
        }
    }

    private void reopen() throws IOException {
        file.close();
        Files.delete(folder.resolve("1-1.console"));
        file = new ConsoleFile(folder.resolve("1-1"), 1L << 30, 1L << 30);
        console = new JobConsole(file, Secrets.none(), clock);
    }

    private static byte[] piece(Random random) {
        String[] parts = {"\n", "가나다", "x", "word ", "line\n", "é", "😀", "y".repeat(9000)};
        byte[] whole = (parts[random.nextInt(parts.length)] + parts[random.nextInt(parts.length)]).getBytes(UTF_8);
        int from = random.nextInt(whole.length);
        return Arrays.copyOfRange(whole, from, from + 1 + random.nextInt(whole.length - from));
    }

    /** The console ends an open line itself. */
    private static byte[] ended(byte[] printed) {
        if (printed.length == 0 || printed[printed.length - 1] == '\n') {
            return printed;
        }
        byte[] more = Arrays.copyOf(printed, printed.length + 1);
        more[printed.length] = '\n';
        return more;
    }

    private static void isWellFormed(byte[] console) {
        String last = "";
        for (String line : new String(console, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            assertThat(line.length()).isLessThanOrEqualTo(16_412);
            assertThat(line.substring(0, 28)).matches("2026-\\d\\d-\\d\\dT[\\d:.]{12}Z (ou|er|o\\+|e\\+|no) ");
            assertThat(line.substring(0, 24)).isGreaterThanOrEqualTo(last);
            last = line.substring(0, 24);
        }
    }

    /** What a stream printed, put together again. */
    private byte[] joined(String tag, String continuation) throws IOException {
        file.flush();
        var joined = new ByteArrayOutputStream();
        boolean open = false;
        for (String line : new String(Files.readAllBytes(folder.resolve("1-1.console")), StandardCharsets.ISO_8859_1)
                .split("\n", -1)) {
            if (line.length() < 28) {
                continue;
            }
            String has = line.substring(25, 27);
            if (has.equals(tag) && open) {
                joined.write('\n');
            }
            if (has.equals(tag) || has.equals(continuation)) {
                joined.writeBytes(line.substring(28).getBytes(StandardCharsets.ISO_8859_1));
                open = true;
            }
        }
        if (open) {
            joined.write('\n');
        }
        return joined.toByteArray();
    }

    private void out(String text) throws InterruptedException {
        byte[] bytes = text.getBytes(UTF_8);
        console.out(bytes, 0, bytes.length);
    }

    private void err(String text) throws InterruptedException {
        byte[] bytes = text.getBytes(UTF_8);
        console.err(bytes, 0, bytes.length);
    }

    private String text() throws IOException {
        file.flush();
        return Files.readString(folder.resolve("1-1.console"));
    }
}
