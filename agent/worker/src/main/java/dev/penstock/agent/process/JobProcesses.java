package dev.penstock.agent.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All processes of one attempt of a job: the programs that its tasks started and whatever those started in turn. A
 * process belongs to it when it carries the job's mark in its environment, lives in the session of one of its programs,
 * descends from such a process, or was seen to do so before. A process is named by pid and start time, so nobody else's is
 * ever touched. Thread-safe by its monitor.
 */
public final class JobProcesses {
    /** The variable that every program of a job gets; its value is the job's mark and the program's number. */
    public static final String MARK = "PENSTOCK_JOB";

    /** After SIGKILL a process is gone as soon as the kernel gets to it; one that hangs on a dead disk never is. */
    private static final Duration KILL_DEADLINE = Duration.ofSeconds(5);

    /** Between the fork of a shell and the start of the program that it becomes, also on a machine that is busy. */
    private static final Duration SETTLE = Duration.ofSeconds(2);

    private static final long SETTLE_TICK_MILLIS = 50;

    private static final long FIRST_WAIT_MILLIS = 10;
    private static final long LONGEST_WAIT_MILLIS = 160;

    private final ProcessTable table;
    private final String mark;
    private final List<Root> roots = new ArrayList<>();
    private final Map<Long, Member> known = new HashMap<>();

    /**
     * A program that a task started.
     *
     * @param number from 1, in the order of their starts
     */
    public record Root(int number, long pid, long start, String bootId) {}

    private record Member(SeenProcess process, int root) {}

    /**
     * What the programs of a job have left behind.
     *
     * @param ended those that had to be ended, for people: {@code 123 sleep}
     * @param living those that were started to outlive the job
     * @param immortal those that did not end even when killed
     */
    public record Remains(List<String> ended, List<String> living, List<String> immortal) {}

    /** @param mark unlike that of any other attempt of any job on any agent */
    public JobProcesses(ProcessTable table, String mark) {
        this.table = table;
        this.mark = mark;
    }

    /** The value of {@link #MARK} for the program that is started next. */
    synchronized String nextMark() {
        return mark + "/" + (roots.size() + 1);
    }

    /** Takes in a program that was just started with {@link #nextMark}. */
    synchronized Root started(long pid) {
        SeenProcess seen = table.find(pid).orElse(new SeenProcess(pid, 0, 0, pid, pid, true));
        var root = new Root(roots.size() + 1, pid, seen.start(), table.bootId());
        roots.add(root);
        return root;
    }

    /** Takes in a program that an earlier process of this agent had started; one from before a restart of the machine is not ours. */
    public synchronized void remember(Root root) {
        if (root.bootId().equals(table.bootId())) {
            roots.add(root);
        }
    }

    /**
     * Looks what a program has left, as soon as it has ended: a moment later its number may be somebody else's.
     *
     * @return whether there is anything
     */
    synchronized boolean noticeEnd(Root root) {
        var ended = new SeenProcess(root.pid(), root.start(), 0, root.pid(), root.pid(), true);
        var verified = new HashMap<Long, Integer>();
        verified.put(root.pid(), root.number());
        // Those of earlier programs stay known: here only what is younger than this program is looked at.
        Map<Long, Member> found = members(table.startedAfter(ended), verified);
        known.putAll(found);
        return found.values().stream().anyMatch(member -> member.root() == root.number());
    }

    /** Ends a program and everything that it started, whoever else still runs. */
    public Remains end(Root root, Duration grace) {
        return end(member -> member.root() == root.number(), grace);
    }

    /** Ends everything. */
    public Remains endAll(Duration grace) {
        return end(_ -> true, grace);
    }

    /**
     * Ends what hangs on to the job, and lets live what was started to outlive it: a process in a session of its own
     * ({@code setsid}), one that ignores SIGHUP ({@code nohup}), and one whose output goes elsewhere than to the job's
     * console. Whoever deploys starts services; whoever forgets a process leaves it talking to the console.
     */
    public Remains endLeftOver(Duration grace) {
        synchronized (this) {
            if (known.isEmpty()) {
                return new Remains(List.of(), List.of(), List.of());
            }
        }
        var living = new LinkedHashMap<Long, SeenProcess>();
        // A script that ends with "nohup service &" is over before that became a service: what looks forgotten is
        // looked at for a while.
        boolean interrupted = false;
        long deadline = System.nanoTime() + SETTLE.toNanos();
        while (hasForgotten(living) && System.nanoTime() - deadline < 0) {
            interrupted |= sleep(SETTLE_TICK_MILLIS);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Remains ended = end(member -> !noteIfLiving(member, living), grace);
        List<String> still = living.values().stream()
                .filter(process -> table.find(process.pid())
                        .filter(now -> now.isSame(process) && !now.gone())
                        .isPresent())
                .map(this::words)
                .toList();
        return new Remains(ended.ended(), still, ended.immortal());
    }

    private boolean hasForgotten(Map<Long, SeenProcess> living) {
        boolean forgotten = false;
        // In the order of their starts, so that a service comes before its children, which live with it.
        for (Member member : scan()) {
            forgotten |= !noteIfLiving(member, living);
        }
        return forgotten;
    }

    private boolean noteIfLiving(Member member, Map<Long, SeenProcess> living) {
        SeenProcess process = member.process();
        SeenProcess before = living.get(process.pid());
        boolean lives =
                (before != null && before.isSame(process)) || living.containsKey(process.parent()) || outlives(member);
        if (lives) {
            living.put(process.pid(), process);
        }
        return lives;
    }

    private boolean outlives(Member member) {
        SeenProcess process = member.process();
        boolean ownSession =
                process.session() != 0 && roots().stream().noneMatch(root -> root.pid() == process.session());
        if (ownSession || table.ignoresHangup(process)) {
            return true;
        }
        // Where outputs cannot be seen, nobody can tell a service from a forgotten process, and a service must live.
        return table.outputs(process).stream().noneMatch(output -> output.startsWith("pipe:"));
    }

    private synchronized List<Root> roots() {
        return List.copyOf(roots);
    }

    private Remains end(Predicate<Member> which, Duration grace) {
        var ended = new LinkedHashMap<Long, String>();
        boolean interrupted = Thread.interrupted();
        try {
            List<Member> left = signal(which, ended, false);
            long wait = FIRST_WAIT_MILLIS;
            long deadline = System.nanoTime() + grace.toNanos();
            while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
                interrupted |= sleep(wait);
                wait = Math.min(2 * wait, LONGEST_WAIT_MILLIS);
                left = signal(which, ended, false);
            }
            deadline = System.nanoTime() + KILL_DEADLINE.toNanos();
            wait = FIRST_WAIT_MILLIS;
            while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
                signal(which, ended, true);
                interrupted |= sleep(wait);
                left = scan().stream().filter(which).toList();
            }
            var immortal = left.stream().map(member -> words(member.process())).toList();
            left.forEach(member -> ended.remove(member.process().pid()));
            return new Remains(List.copyOf(ended.values()), List.of(), immortal);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Signals all of them; a process that was asked to end before is not asked again, but killed if need be. */
    private List<Member> signal(Predicate<Member> which, Map<Long, String> asked, boolean kill) {
        List<Member> members = scan().stream().filter(which).toList();
        for (Member member : members) {
            SeenProcess process = member.process();
            boolean first = asked.putIfAbsent(process.pid(), words(process)) == null;
            Optional<ProcessHandle> handle = ProcessHandle.of(process.pid());
            // Looked at again after the handle was taken: the handle signals only the process that it was taken of.
            if ((first || kill)
                    && table.find(process.pid()).filter(process::isSame).isPresent()) {
                handle.ifPresent(kill ? ProcessHandle::destroyForcibly : ProcessHandle::destroy);
            }
        }
        return members;
    }

    private synchronized List<Member> scan() {
        List<SeenProcess> candidates = roots.isEmpty()
                ? table.all()
                : table.startedAfter(
                        new SeenProcess(roots.getFirst().pid(), roots.getFirst().start(), 0, 0, 0, true));
        Map<Long, Member> members = members(candidates, new HashMap<>());
        known.clear();
        known.putAll(members);
        return members.values().stream()
                .sorted(Comparator.comparingLong(
                                (Member member) -> member.process().start())
                        .thenComparingLong(member -> member.process().pid()))
                .toList();
    }

    /** @param sessions those that are certainly the job's, by the pid of the program that leads them */
    private Map<Long, Member> members(List<SeenProcess> candidates, Map<Long, Integer> sessions) {
        var members = new LinkedHashMap<Long, Member>();
        var open = new ArrayList<SeenProcess>();
        long self = ProcessHandle.current().pid();
        for (SeenProcess candidate : candidates) {
            if (candidate.gone() || candidate.pid() == self) {
                continue;
            }
            Integer root = rootOf(candidate);
            if (root != null) {
                members.put(candidate.pid(), new Member(candidate, root));
            } else {
                open.add(candidate);
            }
        }
        // A session's number is not given anew while it has a member; so a known member vouches for the rest.
        members.values().forEach(member -> vouch(member, sessions));
        boolean grew = !open.isEmpty();
        while (grew) {
            grew = open.removeIf(candidate -> {
                Member parent = members.get(candidate.parent());
                Integer root = parent == null ? sessions.get(candidate.session()) : Integer.valueOf(parent.root());
                if (root == null) {
                    return false;
                }
                var member = new Member(candidate, root);
                members.put(candidate.pid(), member);
                vouch(member, sessions);
                return true;
            });
        }
        return members;
    }

    private void vouch(Member member, Map<Long, Integer> sessions) {
        long session = member.process().session();
        if (session != 0 && roots.stream().anyMatch(root -> root.pid() == session && root.number() == member.root())) {
            sessions.put(session, member.root());
        }
    }

    private @Nullable Integer rootOf(SeenProcess process) {
        Member before = known.get(process.pid());
        if (before != null && before.process().isSame(process)) {
            return before.root();
        }
        for (Root root : roots) {
            if (root.pid() == process.pid() && root.start() == process.start()) {
                return root.number();
            }
        }
        return table.variable(process, MARK)
                .filter(value -> value.startsWith(mark + "/"))
                .map(value -> number(value.substring(mark.length() + 1)))
                .orElse(null);
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException _) {
            return 0; // a program that changed its mark is the job's all the same
        }
    }

    private String words(SeenProcess process) {
        return process.pid() + " " + table.name(process);
    }

    /** Whether the thread was interrupted meanwhile; ending processes is not broken off by that. */
    private static boolean sleep(long millis) {
        long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        boolean interrupted = false;
        long left = end - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            interrupted |= Thread.interrupted();
            left = end - System.nanoTime();
        }
        return interrupted;
    }
}
