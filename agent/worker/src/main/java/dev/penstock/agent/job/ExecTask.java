package dev.penstock.agent.job;

import dev.penstock.plugin.task.CommandLine;
import dev.penstock.plugin.task.TaskException;
import dev.penstock.plugin.task.TaskResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The built-in task {@code exec}: a command with its arguments, without a shell. Its exit code decides. */
record ExecTask(List<String> words) implements TaskWork {
    static final String TYPE = "exec";

    static ExecTask of(Map<String, Object> given) throws TaskException {
        var options = new Options(given);
        if (options.text("command").isBlank()) {
            throw new TaskException("The task has no \"command\"");
        }
        var words = new ArrayList<String>();
        words.add(options.text("command"));
        words.addAll(options.list("arguments"));
        return new ExecTask(List.copyOf(words));
    }

    @Override
    public String summary() {
        var line = new StringBuilder();
        for (String word : words) {
            String quote = isPlain(word) ? "" : word.indexOf('"') >= 0 ? "'" : "\"";
            line.append(line.isEmpty() ? "" : " ").append(quote).append(word).append(quote);
        }
        return line.toString();
    }

    private static boolean isPlain(String word) {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c <= ' ' || c == '"' || c == '\'') {
                return false;
            }
        }
        return !word.isEmpty();
    }

    @Override
    public TaskResult run(AgentTaskContext context) throws TaskException, InterruptedException {
        return context.run(CommandLine.of(words));
    }
}
