package dev.penstock.agent.process;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What Java knows of processes on every system: descent, but neither groups nor environments. Thread-safe. */
final class PortableProcessTable implements ProcessTable {

    @Override
    public Optional<SeenProcess> find(long pid) {
        return ProcessHandle.of(pid).map(PortableProcessTable::seen);
    }

    @Override
    public List<SeenProcess> startedAfter(SeenProcess earliest) {
        return all().stream()
                .filter(process -> process.start() >= earliest.start())
                .toList();
    }

    @Override
    public List<SeenProcess> all() {
        return ProcessHandle.allProcesses().map(PortableProcessTable::seen).toList();
    }

    @Override
    public Optional<String> variable(SeenProcess process, String name) {
        return Optional.empty();
    }

    @Override
    public boolean ignoresHangup(SeenProcess process) {
        return false;
    }

    @Override
    public List<String> outputs(SeenProcess process) {
        return List.of("", "");
    }

    @Override
    public String name(SeenProcess process) {
        return ProcessHandle.of(process.pid())
                .flatMap(handle -> handle.info().command())
                .map(command -> String.valueOf(Path.of(command).getFileName()))
                .orElse(Long.toString(process.pid()));
    }

    @Override
    public String bootId() {
        return "";
    }

    private static SeenProcess seen(ProcessHandle handle) {
        return new SeenProcess(
                handle.pid(),
                handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L),
                handle.parent().map(ProcessHandle::pid).orElse(0L),
                0,
                0,
                !handle.isAlive());
    }
}
