package dev.penstock.agent.process;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What Linux shows under /proc. Thread-safe: it holds nothing that changes. */
final class LinuxProcessTable implements ProcessTable {
    private static final File PROC = new File("/proc");

    /** Up to so many pids are asked for one by one, which is cheaper than listing every process of the machine. */
    private static final int MAX_PROBED = 256;

    /** An environment is at most as long as the kernel lets one be, and in practice far shorter. */
    private static final int MAX_ENVIRONMENT_BYTES = 2 << 20;

    private final String bootId = read("/proc/sys/kernel/random/boot_id", 64).strip();

    static boolean isUsable() {
        return new File(PROC, "self/stat").exists() && new File(PROC, "loadavg").exists();
    }

    @Override
    public Optional<SeenProcess> find(long pid) {
        String stat = read("/proc/" + pid + "/stat", 1024);
        // The name may hold anything, also parentheses and spaces; after its last one come plain numbers.
        int end = stat.lastIndexOf(')');
        if (end < 0 || end + 2 >= stat.length()) {
            return Optional.empty();
        }
        String[] fields = stat.substring(end + 2).split(" ", 22);
        if (fields.length < 21) {
            return Optional.empty();
        }
        boolean gone = fields[0].equals("Z") || fields[0].equals("X");
        return Optional.of(new SeenProcess(
                pid, number(fields[19]), number(fields[1]), number(fields[2]), number(fields[3]), gone));
    }

    @Override
    public List<SeenProcess> startedAfter(SeenProcess earliest) {
        long newest = newestPid();
        if (newest < earliest.pid() || newest - earliest.pid() > MAX_PROBED) {
            return all().stream()
                    .filter(process -> process.start() >= earliest.start())
                    .toList();
        }
        var found = new ArrayList<SeenProcess>();
        for (long pid = earliest.pid(); pid <= newest; pid++) {
            if (isProcess(pid)) {
                find(pid).ifPresent(found::add);
            }
        }
        return found;
    }

    @Override
    public List<SeenProcess> all() {
        var found = new ArrayList<SeenProcess>();
        String[] names = PROC.list();
        for (String name : names == null ? new String[0] : names) {
            if (name.charAt(0) >= '1' && name.charAt(0) <= '9') {
                find(number(name)).ifPresent(found::add);
            }
        }
        return found;
    }

    @Override
    public Optional<String> variable(SeenProcess process, String name) {
        String wanted = name + "=";
        String environment = read("/proc/" + process.pid() + "/environ", MAX_ENVIRONMENT_BYTES);
        for (int at = 0; at < environment.length(); ) {
            int end = environment.indexOf('\0', at);
            end = end < 0 ? environment.length() : end;
            if (environment.startsWith(wanted, at)) {
                return Optional.of(environment.substring(at + wanted.length(), end));
            }
            at = end + 1;
        }
        return Optional.empty();
    }

    @Override
    public boolean ignoresHangup(SeenProcess process) {
        String status = read("/proc/" + process.pid() + "/status", 8192);
        int at = status.indexOf("\nSigIgn:");
        if (at < 0) {
            return false;
        }
        String mask = status.substring(at + 8, status.indexOf('\n', at + 1)).strip();
        // The lowest bit is that of signal 1, SIGHUP.
        return (Character.digit(mask.charAt(mask.length() - 1), 16) & 1) != 0;
    }

    @Override
    public List<String> outputs(SeenProcess process) {
        return List.of(link(process, 1), link(process, 2));
    }

    private static String link(SeenProcess process, int descriptor) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/fd/" + descriptor))
                    .toString();
        } catch (IOException | SecurityException _) {
            return "";
        }
    }

    @Override
    public String name(SeenProcess process) {
        String name = read("/proc/" + process.pid() + "/comm", 64).strip();
        return name.isEmpty() ? Long.toString(process.pid()) : name;
    }

    @Override
    public String bootId() {
        return bootId;
    }

    /** Asked for by its number, a thread looks like a process; it belongs to a thread group of another number. */
    private static boolean isProcess(long pid) {
        String status = new File(PROC, Long.toString(pid)).exists() ? read("/proc/" + pid + "/status", 8192) : "";
        return status.contains("\nTgid:\t" + pid + "\n");
    }

    /** The pid that was given last. */
    private static long newestPid() {
        String load = read("/proc/loadavg", 128).strip();
        return number(load.substring(load.lastIndexOf(' ') + 1));
    }

    private static String read(String path, int limit) {
        try (var in = new FileInputStream(path)) {
            return new String(in.readNBytes(limit), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            return ""; // it ended meanwhile, or is not ours
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}
