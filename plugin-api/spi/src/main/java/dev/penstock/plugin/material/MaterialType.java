package dev.penstock.plugin.material;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionValues;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pf4j.ExtensionPoint;

/**
 * A kind of material, such as {@code git}. The server checks and polls it, the agent checks it out. Instances are shared
 * between threads and keep no state: what must be remembered lies in {@link MaterialContext#cacheDirectory()}.
 *
 * <p>Every call has a deadline, at which its thread is interrupted; network calls must have time-outs of their own.
 */
public interface MaterialType extends ExtensionPoint {

    /** The word for it in definitions: lower case, {@code [a-z][a-z0-9-]{0,62}}, unique in an installation. */
    String id();

    /** Its name for people. */
    Text label();

    /**
     * The options, in the order in which a form shows them. {@code name}, {@code destination}, {@code auto_update},
     * {@code ignore} and {@code includes} belong to every material and are not listed here. Options marked
     * {@link Option#asIdentity()} make the material's fingerprint.
     */
    List<Option> options();

    /** Checks what the described options cannot say. No input or output, within 10 s. */
    default List<Violation> validate(OptionValues values) {
        return List.of();
    }

    /** What people call it, such as a URL without user and password. */
    String displayName(OptionValues values);

    /** The host that a poll talks to, in lower case, so that polls per host can be limited; empty when it is local. */
    Optional<String> host(OptionValues values);

    /** Variables that a job sees for this material, without the GO_ prefix and the name's suffix: {@code URL}, {@code BRANCH}. */
    default Map<String, String> variables(OptionValues values) {
        return Map.of();
    }

    /**
     * Tests whether the material can be read with these values: "Test connection". Changes nothing, but that a host key
     * met for the first time may be remembered. Within 30 s.
     *
     * @throws MaterialException says what is wrong in words that a person can act on
     */
    void check(MaterialContext context, OptionValues values) throws MaterialException, InterruptedException;

    /**
     * Looks for revisions after the last known one. Called again and again; the cheap answer "nothing new" must cost no
     * more than one question to the host. Within 10 min.
     *
     * @param lastKnown the newest revision that the server has stored; empty at the first poll, which answers with the
     *     newest revision only
     * @throws MaterialException of the kind BRANCH_NOT_FOUND, when a branch that had a last known revision was deleted
     */
    PollResult poll(MaterialContext context, OptionValues values, Optional<String> lastKnown)
            throws MaterialException, InterruptedException;

    /**
     * Brings {@link CheckoutContext#directory()} to a revision, on the agent. What an earlier checkout left there is
     * used and updated, not fetched anew; files that the revision does not know are removed. Within the job's time.
     */
    void checkout(CheckoutContext context, OptionValues values, String revision)
            throws MaterialException, InterruptedException;
}
