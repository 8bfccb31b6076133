package dev.penstock.agent.journal;

import dev.penstock.agent.json.Json;
import dev.penstock.agent.process.JobProcesses.Root;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import java.io.FileOutputStream;
import java.io.IOException;
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
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The facts of one attempt of a job in a folder of its own: the assignment, a line for each thing that happened, and the
 * console beside them. Each fact is written before anybody is told. Thread-safe by its monitor.
 */
public final class Journal implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Journal.class);

    private static final String ASSIGNMENT = "assignment.json";
    private static final String LINES = "journal";

    private final Path folder;
    private final JobAssignment assignment;
    private final FileOutputStream out;
    private final List<PhaseEntered> phases = new ArrayList<>();
    private final Map<Integer, TaskRun> tasks = new TreeMap<>();
    private final List<Root> programs = new ArrayList<>();
    private Optional<End> end = Optional.empty();
    private long version;

    private Journal(Path folder, JobAssignment assignment) throws IOException {
        this.folder = folder;
        this.assignment = assignment;
        this.out = new FileOutputStream(folder.resolve(LINES).toFile(), true);
    }

    /** Begins the journal of an attempt; it is on disk when this returns. */
    public static Journal create(Path journals, JobAssignment assignment) throws IOException {
        Path folder = journals.resolve(assignment.jobId() + "-" + assignment.attempt());
        deleteFolder(folder);
        Files.createDirectories(folder);
        Path part = folder.resolve(ASSIGNMENT + ".part");
        Files.write(part, Json.write(assignment));
        Files.move(part, folder.resolve(ASSIGNMENT), StandardCopyOption.ATOMIC_MOVE);
        return new Journal(folder, assignment);
    }

    /** Opens what earlier processes of this agent left; what cannot be read is moved aside, and the log says so. */
    public static List<Journal> openAll(Path journals) throws IOException {
        Files.createDirectories(journals);
        var found = new ArrayList<Journal>();
        try (Stream<Path> folders = Files.list(journals)) {
            for (Path folder : folders.filter(Journal::isAttempt).sorted().toList()) {
                if (!Files.exists(folder.resolve(ASSIGNMENT))) {
                    deleteFolder(folder); // killed before anything was begun
                    continue;
                }
                try {
                    found.add(open(folder));
                } catch (IOException e) {
                    Path aside = folder.resolveSibling("broken-" + folder.getFileName());
                    log.atError()
                            .addKeyValue("folder", aside)
                            .setCause(e)
                            .log("The journal of a job cannot be read and is kept aside");
                    deleteFolder(aside);
                    Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        }
        return found;
    }

    private static boolean isAttempt(Path folder) {
        return folder.getFileName().toString().matches("\\d+-\\d+");
    }

    private static Journal open(Path folder) throws IOException {
        var assignment = Json.read(Files.readAllBytes(folder.resolve(ASSIGNMENT)), JobAssignment.class);
        Path lines = folder.resolve(LINES);
        byte[] all = Files.exists(lines) ? Files.readAllBytes(lines) : new byte[0];
        var journal = new Journal(folder, assignment);
        int from = 0;
        for (int at = 0; at < all.length; at++) {
            // What stands after the last line feed was not written to its end, and nobody was told of it.
            if (all[at] == '\n') {
                journal.apply(Json.read(Arrays.copyOfRange(all, from, at), JournalLine.class));
                from = at + 1;
            }
        }
        if (from < all.length) {
            journal.out.write('\n');
        }
        return journal;
    }

    public JobAssignment assignment() {
        return assignment;
    }

    public HeldJob held() {
        return new HeldJob(assignment.jobId(), assignment.attempt());
    }

    /** Where the console lies. */
    public Path folder() {
        return folder;
    }

    public synchronized void add(PhaseEntered phase) {
        write(new JournalLine(phase, null, null, null));
    }

    /** A task that began, or what came of one that did. */
    public synchronized void add(TaskRun task) {
        write(new JournalLine(null, task, null, null));
    }

    public synchronized void add(Root program) {
        write(new JournalLine(null, null, program, null));
    }

    public synchronized void add(End end) {
        write(new JournalLine(null, null, null, end));
    }

    public synchronized List<PhaseEntered> phases() {
        return List.copyOf(phases);
    }

    public synchronized List<TaskRun> tasks() {
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

    /** Waits until the end is known, or the time has passed; whether it is known. */
    public synchronized boolean awaitEnd(long millis) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long left = millis;
        while (end.isEmpty() && left > 0) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        }
        return end.isPresent();
    }

    /** Makes everything survive a loss of power. */
    public void force() throws IOException {
        out.getFD().sync();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** Forgets the attempt. */
    public void delete() throws IOException {
        close();
        deleteFolder(folder);
    }

    private void write(JournalLine line) {
        byte[] json = Json.write(line);
        byte[] whole = Arrays.copyOf(json, json.length + 1);
        whole[json.length] = '\n';
        try {
            out.write(whole);
        } catch (IOException e) {
            // A full disk: the job goes on and is reported from memory; only a kill now would lose this fact.
            log.atError().addKeyValue("job", assignment).setCause(e).log("The journal cannot be written");
        }
        apply(line);
        version++;
        if (line.end() != null) {
            notifyAll();
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

    /** There are no folders in it. */
    private static void deleteFolder(Path folder) throws IOException {
        String[] names = folder.toFile().list();
        if (names != null) {
            for (String name : names) {
                Files.deleteIfExists(folder.resolve(name));
            }
            Files.delete(folder);
        }
    }
}
