package dev.penstock.agent.process;

import dev.penstock.agent.process.JobProcesses.Root;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Starts programs, each as the leader of a session of its own where the machine has {@code setsid}: it becomes that
 * program without a process in between, so pid, session and group are one number. Immutable.
 */
public final class Launcher {
    private static final File NOTHING = new File(File.separatorChar == '\\' ? "NUL" : "/dev/null");

    private final Optional<Path> setsid;

    /** What a program inherits unless that is changed; changing little costs less than giving it everything. */
    private final Map<String, String> inherited = new HashMap<>(System.getenv());

    private Launcher(Optional<Path> setsid) {
        this.setsid = setsid;
    }

    /** With what this machine has. */
    public static Launcher ofMachine() {
        for (String place : List.of("/usr/bin/setsid", "/bin/setsid")) {
            if (Files.isExecutable(Path.of(place))) {
                return new Launcher(Optional.of(Path.of(place)));
            }
        }
        return new Launcher(Optional.empty());
    }

    /** Whether programs get a session of their own. */
    public boolean hasSessions() {
        return setsid.isPresent();
    }

    /**
     * Starts a program with closed standard input.
     *
     * @param program an absolute path
     * @param environment all of its variables, besides the job's mark
     * @throws IOException if the system refuses; the message says why
     */
    public Program start(
            JobProcesses job, Path program, List<String> arguments, Path directory, Map<String, String> environment)
            throws IOException {
        var words = new ArrayList<String>(arguments.size() + 2);
        setsid.ifPresent(path -> words.add(path.toString()));
        words.add(program.toString());
        words.addAll(arguments);
        var builder = new ProcessBuilder(words).directory(directory.toFile()).redirectInput(NOTHING);
        Map<String, String> variables = builder.environment();
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            if (!variable.getValue().equals(inherited.get(variable.getKey()))) {
                variables.put(variable.getKey(), variable.getValue());
            }
        }
        for (String name : inherited.keySet()) {
            if (!environment.containsKey(name)) {
                variables.remove(name);
            }
        }
        variables.put(JobProcesses.MARK, job.nextMark());
        Process process = builder.start();
        Root root = job.started(process.pid());
        return new Program(process, root, job);
    }
}
