package dev.penstock.core.config.model;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Which types of tasks and materials there are. The plugin host implements it; {@code exec}, {@code fetch} and
 * {@code pipeline} are described by {@link BuiltInTypes} and need not be part of it. Thread-safe.
 */
public interface TypeCatalog {

    /** A task type by its id. */
    Optional<DescribedType> task(String id);

    /** A material type by its id. */
    Optional<DescribedType> material(String id);

    /** The ids of all task types, for messages. */
    SortedSet<String> taskIds();

    /** The ids of all material types, for messages. */
    SortedSet<String> materialIds();

    /** A type as definitions see it. */
    interface DescribedType {

        /** What people call it. */
        Text label();

        /** The options, in the order of a form. */
        List<Option> options();

        /**
         * Checks what the described options cannot say. The values already agree with {@link #options()}: string, long,
         * boolean, list of strings, map of strings; a secret is a {@link dev.penstock.core.secret.SecretRef} whose value
         * is not known here.
         */
        List<Violation> validate(Map<String, Object> options);
    }
}
