package dev.penstock.agent.job;

import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport.Reason;
import java.io.File;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The variables of a job: those of the agent's own process, and over them those that the server gives, in order. Pure. */
final class JobEnvironment {
    private static final String HIDDEN = "********";

    private final Map<String, String> variables;
    private final List<String> listing;

    private JobEnvironment(Map<String, String> variables, List<String> listing) {
        this.variables = variables;
        this.listing = listing;
    }

    static JobEnvironment of(Place place, JobAssignment job) throws Failure {
        Map<String, String> variables =
                File.separatorChar == '\\' ? new TreeMap<>(String.CASE_INSENSITIVE_ORDER) : new LinkedHashMap<>();
        variables.putAll(place.environment());
        var listing = new ArrayList<String>();
        var all = new ArrayList<JobAssignment.Variable>();
        // The server cannot know by which address this agent reaches it.
        if (!place.serverUrl().isEmpty()) {
            all.add(new JobAssignment.Variable("GO_SERVER_URL", place.serverUrl(), false));
        }
        all.addAll(job.environment());
        for (JobAssignment.Variable variable : all) {
            check(variable);
            String shown = variable.secure() ? HIDDEN : variable.value();
            listing.add(
                    variables.put(variable.name(), variable.value()) == null
                            ? "setting environment variable '" + variable.name() + "' to value '" + shown + "'"
                            : "overriding environment variable '" + variable.name() + "' with value '" + shown + "'");
        }
        return new JobEnvironment(variables, listing);
    }

    private static void check(JobAssignment.Variable variable) throws Failure {
        String name = variable.name();
        if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
            throw new Failure(
                    Reason.AGENT_ERROR, "\"" + name.replace('\0', '?') + "\" cannot be the name of a variable");
        }
        if (variable.value().indexOf('\0') >= 0) {
            throw new Failure(
                    Reason.AGENT_ERROR, "The value of variable \"" + name + "\" holds a NUL, which no variable can");
        }
    }

    Map<String, String> variables() {
        return variables;
    }

    /** What people see of it, a line for each variable of the job. */
    List<String> listing() {
        return listing;
    }
}
