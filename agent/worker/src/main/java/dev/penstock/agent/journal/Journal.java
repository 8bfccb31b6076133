package dev.penstock.agent.journal;

import dev.penstock.agent.console.ConsoleFile;
import dev.penstock.agent.json.Json;
import dev.penstock.agent.process.JobProcesses.Root;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The facts of one attempt of a job in a file: its first line is the assignment, each further line a thing that happened;
 * the console lies beside it. Each fact is written before anybody is told; the assignment, programs and the end at once.
 * Thread-safe by its monitor.
 */
public final class Journal implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Journal.class);

    private static final String SUFFIX = ".journal";
    private static final Pattern NAME = Pattern.compile("(\\d+-\\d+)\\.journal");

    private final Path base;
    private final JobAssignment assignment;
    private final FileOutputStream out;
    /** Lines that nobody was told of yet; a write for each costs more than the line. */
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream(512);
    /** How much of the file is lines written to their end. */
    private long whole;

    private final List<PhaseEntered> phases = new ArrayList<>();
    private final Map<Integer, TaskRun> tasks = new TreeMap<>();
    private final List<Root> programs = new ArrayList<>();
    private Optional<End> end = Optional.empty();
    private long version;
    private boolean woken;

    private Journal(Path base, JobAssignment assignment) throws IOException {
        this.base = base;
        this.assignment = assignment;
        this.out = new FileOutputStream(file(base).toFile(), true);
        this.whole = file(base).toFile().length();
    }

    /** Begins the journal of an attempt; the assignment is in it when this returns. */
    public static Journal create(Path journals, JobAssignment assignment) throws IOException {
        Path base = journals.resolve(assignment.jobId() + "-" + assignment.attempt());
        if (Files.exists(file(base))) {
            deleteAll(base);
        }
        var journal = new Journal(base, assignment);
        byte[] first = line(Json.write(assignment));
        journal.out.write(first);
        journal.whole = first.length;
        return journal;
    }

    /** Opens what earlier processes of this agent left; what cannot be read is kept aside, and the log says so. */
    public static List<Journal> openAll(Path journals) throws IOException {
        Files.createDirectories(journals);
        var found = new ArrayList<Journal>();
        String[] names = journals.toFile().list();
        Arrays.sort(names);
        for (String name : names) {
            Matcher matcher = NAME.matcher(name);
            if (!matcher.matches()) {
                continue;
            }
            Path base = journals.resolve(matcher.group(1));
            try {
                byte[] all = Files.readAllBytes(file(base));
                if (indexOfLineFeed(all, 0) < 0) {
                    deleteAll(base); // killed before anything was begun
                } else {
                    found.add(open(base, all));
                }
            } catch (IOException e) {
                Path aside = journals.resolve("broken-" + name);
                log.atError()
                        .addKeyValue("file", aside)
                        .setCause(e)
                        .log("The journal of a job cannot be read and is kept aside");
                Files.move(file(base), aside, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return found;
    }

    private static Journal open(Path base, byte[] all) throws IOException {
        int end = indexOfLineFeed(all, 0);
        var journal = new Journal(base, Json.read(Arrays.copyOf(all, end), JobAssignment.class));
        int from = end + 1;
        // What stands after the last line feed was not written to its end, and nobody was told of it.
        for (end = indexOfLineFeed(all, from); end >= 0; end = indexOfLineFeed(all, from)) {
            if (end > from) {
                journal.apply(Json.read(Arrays.copyOfRange(all, from, end), JournalLine.class));
            }
            from = end + 1;
        }
        if (from < all.length) {
            journal.whole = from;
            journal.cutToWholeLines();
        }
        return journal;
    }

    /** Not by a channel, which an interrupt of the thread would close. */
    private void cutToWholeLines() throws IOException {
        try (var file = new RandomAccessFile(file(base).toFile(), "rw")) {
            file.setLength(whole);
        }
    }

    private static int indexOfLineFeed(byte[] all, int from) {
        for (int at = from; at < all.length; at++) {
            if (all[at] == '\n') {
                return at;
            }
        }
        return -1;
    }

    private static Path file(Path base) {
        return base.resolveSibling(base.getFileName() + SUFFIX);
    }

    public JobAssignment assignment() {
        return assignment;
    }

    public HeldJob held() {
        return new HeldJob(assignment.jobId(), assignment.attempt());
    }

    /** What the names of its files begin with. */
    public Path base() {
        return base;
    }

    public synchronized void add(PhaseEntered phase) {
        note(new JournalLine(phase, null, null, null));
    }

    /** A task that began, or what came of one that did. */
    public synchronized void add(TaskRun task) {
        note(new JournalLine(null, task, null, null));
    }

    public synchronized void add(Root program) {
        note(new JournalLine(null, null, program, null));
        write();
    }

    public synchronized void add(End end) {
        note(new JournalLine(null, null, null, end));
        write();
        notifyAll();
    }

    /** To be told: what is answered is written. */
    public synchronized List<PhaseEntered> phases() {
        write();
        return List.copyOf(phases);
    }

    /** To be told: what is answered is written. */
    public synchronized List<TaskRun> tasks() {
        write();
        return List.copyOf(tasks.values());
    }

    public synchronized List<Root> programs() {
        return List.copyOf(programs);
    }

    public synchronized Optional<End> end() {
        return end;
    }

    /** Counts the facts. */
    public synchronized long version() {
        return version;
    }

    /** Ends the wait for the end early, the present one or the next. */
    public synchronized void wake() {
        woken = true;
        notifyAll();
    }

    /** Waits until the end is known, somebody calls {@link #wake}, or the time has passed; whether the end is known. */
    public synchronized boolean awaitEnd(long millis) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long left = millis;
        while (end.isEmpty() && !woken && left > 0) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        }
        woken = false;
        return end.isPresent();
    }

    /** Makes everything survive a loss of power. */
    public void force() throws IOException {
        synchronized (this) {
            write();
        }
        out.getFD().sync();
    }

    @Override
    public synchronized void close() throws IOException {
        write();
        out.close();
    }

    /** Forgets the attempt, its console included. */
    public void delete() throws IOException {
        close();
        deleteAll(base);
    }

    private void note(JournalLine line) {
        pending.writeBytes(line(Json.write(line)));
        apply(line);
        version++;
    }

    private void write() {
        if (pending.size() == 0) {
            return;
        }
        try {
            pending.writeTo(out);
            whole += pending.size();
            pending.reset();
        } catch (IOException e) {
            // A full disk: the job goes on and is reported from memory, and these facts are written with the next.
            log.atError().addKeyValue("job", assignment).setCause(e).log("The journal cannot be written");
            dropBrokenLine();
        }
    }

    /** What was begun must not be gone on with by the next line. */
    private void dropBrokenLine() {
        try {
            cutToWholeLines();
        } catch (IOException e) {
            log.atError().addKeyValue("job", assignment).setCause(e).log("The journal cannot be mended");
        }
    }

    private void apply(JournalLine line) {
        if (line.phase() != null) {
            phases.add(line.phase());
        }
        if (line.task() != null) {
            tasks.put(line.task().index() < 0 ? order(line.task()) : line.task().index(), line.task());
        }
        if (line.program() != null) {
            programs.add(line.program());
        }
        if (line.end() != null) {
            end = Optional.of(line.end());
        }
    }

    /** Preparation comes first, publication last. */
    private static int order(TaskRun task) {
        return task.index() == -1 ? -1 : Integer.MAX_VALUE;
    }

    private static byte[] line(byte[] json) {
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }

    /** The journal goes last: what is left of a console without it belongs to nobody. */
    private static void deleteAll(Path base) throws IOException {
        ConsoleFile.delete(base);
        Files.deleteIfExists(file(base));
    }
}
