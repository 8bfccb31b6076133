package dev.penstock.plugin.option;

import dev.penstock.plugin.Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The values that a definition gives for the options of one type; made by the host, with defaults filled in, checked
 * against the described options before a plugin sees them. Immutable and thread-safe.
 *
 * <p>Asking for a name that the type did not describe, or by the method of another kind, is a mistake of the plugin
 * and throws {@link IllegalArgumentException}.
 */
public interface OptionValues {

    /** The text of a TEXT, CHOICE or MULTILINE option; empty when it is absent or blank. */
    Optional<String> text(String name);

    /** The text of a required option; {@link IllegalArgumentException} when it is absent. */
    default String require(String name) {
        return text(name).orElseThrow(() -> new IllegalArgumentException("Option \"" + name + "\" has no value"));
    }

    /** The secret of a SECRET option. */
    Optional<Secret> secret(String name);

    /** Whether a BOOLEAN option is on; false when it is absent and has no default. */
    boolean flag(String name);

    /** The number of a NUMBER option. */
    OptionalLong number(String name);

    /** The entries of a LIST option in their order; empty when it is absent. */
    List<String> list(String name);

    /** The entries of a MAP option in their order; empty when it is absent. */
    Map<String, String> map(String name);
}
