package dev.penstock.pluginhost;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.material.CheckoutContext;
import dev.penstock.plugin.material.MaterialContext;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialType;
import dev.penstock.plugin.material.PollResult;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionValues;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A material type of a running plugin. Look it up for each use and do not keep it: after its plugin was replaced, calls
 * fail with {@link PluginCallException.Why#GONE}. Thread-safe.
 */
public final class MaterialHandle {
    /** What the plugin API promises to authors. */
    private static final Duration CHECK_DEADLINE = Duration.ofSeconds(30);

    private static final Duration POLL_DEADLINE = Duration.ofMinutes(10);

    private final MaterialType type;
    private final TypeDescription described;
    private final CallGuard guard;
    private final PluginJarRef plugin;

    MaterialHandle(MaterialType type, TypeDescription described, CallGuard guard, PluginJarRef plugin) {
        this.type = type;
        this.described = described;
        this.guard = guard;
        this.plugin = plugin;
    }

    public String id() {
        return described.id();
    }

    /** The jar that an agent needs for it. */
    public PluginJarRef plugin() {
        return plugin;
    }

    /** Whether the last short call into its plugin failed: the next, if it is let through, may as well. */
    public boolean isAiling() {
        return guard.isAiling();
    }

    public Text label() {
        return described.label();
    }

    /** As the plugin described them when it was started. */
    public List<Option> options() {
        return described.options();
    }

    /** Reads values by the described options: defaults filled in, mistakes listed. */
    public DescribedValues.Reading read(Map<String, ?> values) {
        return DescribedValues.read(options(), values);
    }

    /** All mistakes in the values: those that the options show, or, if there are none, those that the plugin finds. */
    public List<Violation> validate(Map<String, ?> values) {
        var reading = read(values);
        return reading.violations().isEmpty()
                ? guard.quick(id() + ".validate", () -> TypeDescription.capped(type.validate(reading.values())))
                : reading.violations();
    }

    public String displayName(OptionValues values) {
        return guard.quick(id() + ".displayName", () -> TypeDescription.line(type.displayName(values)));
    }

    public Optional<String> host(OptionValues values) {
        return guard.quick(id() + ".host", () -> type.host(values));
    }

    public Map<String, String> variables(OptionValues values) {
        return guard.quick(id() + ".variables", () -> Map.copyOf(type.variables(values)));
    }

    /** "Test connection"; returns when the material can be read. At most 30 s. */
    public void check(MaterialContext context, OptionValues values) throws MaterialException, InterruptedException {
        guard.within(
                CHECK_DEADLINE,
                id() + ".check",
                () -> {
                    type.check(context, values);
                    return Boolean.TRUE;
                },
                MaterialException.class);
    }

    /** Looks for revisions after the last known one. At most 10 min. */
    public PollResult poll(MaterialContext context, OptionValues values, Optional<String> lastKnown)
            throws MaterialException, InterruptedException {
        return poll(context, values, lastKnown, POLL_DEADLINE);
    }

    /** As {@link #poll(MaterialContext, OptionValues, Optional)}, with the caller's own deadline. */
    public PollResult poll(MaterialContext context, OptionValues values, Optional<String> lastKnown, Duration deadline)
            throws MaterialException, InterruptedException {
        return guard.within(
                deadline,
                id() + ".poll",
                () -> Revisions.fitting(type.poll(context, values, lastKnown)),
                MaterialException.class);
    }

    /** Brings the context's directory to a revision, on the calling thread, which the caller interrupts to cancel. */
    public void checkout(CheckoutContext context, OptionValues values, String revision)
            throws MaterialException, InterruptedException {
        guard.here(
                id() + ".checkout",
                () -> {
                    type.checkout(context, values, revision);
                    return Boolean.TRUE;
                },
                MaterialException.class);
    }
}
