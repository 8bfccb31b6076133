package dev.penstock.plugin.task;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionValues;
import java.util.List;
import org.pf4j.ExtensionPoint;

/**
 * A kind of task, such as {@code ant}. The server asks it for its options and validates definitions with it; the agent
 * runs it. Instances are shared between threads and keep no state.
 */
public interface TaskType extends ExtensionPoint {

    /** The word for it in definitions: lower case, {@code [a-z][a-z0-9-]{0,62}}, unique in an installation. */
    String id();

    /** Its name for people. */
    Text label();

    /**
     * The options, in the order in which a form shows them. Names are unique. {@code working_directory}, {@code run_if},
     * {@code on_cancel} and {@code timeout} belong to every task and are not listed here.
     */
    List<Option> options();

    /**
     * Checks what the described options cannot say, such as two options that exclude each other. Called on the server
     * within 10 s; does no input or output.
     */
    default List<Violation> validate(OptionValues values) {
        return List.of();
    }

    /** One line for the console and the UI that says what will run, without secrets, such as {@code ant -f b.xml run}. */
    String summary(OptionValues values);

    /**
     * Does the work and waits for it to end.
     *
     * <p>Runs on a virtual thread of the agent. When the job is cancelled or its timeout passes the thread is
     * interrupted; return within {@link TaskContext#gracePeriod()}, after which the process tree is killed.
     *
     * @return how the task ended; a non-zero exit code is a {@link TaskResult.Failed}, not an exception
     * @throws TaskException if the task could not be started or its outcome is unknown; its message is shown
     * @throws InterruptedException if the job was cancelled
     */
    TaskResult run(TaskContext context, OptionValues values) throws TaskException, InterruptedException;
}
