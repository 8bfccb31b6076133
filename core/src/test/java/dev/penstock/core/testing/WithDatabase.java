package dev.penstock.core.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the test class a database of its own with the current schema, copied from a template in some 30 ms. The class
 * (constructor, test or life-cycle method) may ask for {@code Database}, {@code Signals} and {@code EventStore} as
 * parameters; all tests of one class share the three.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(DatabaseExtension.class)
public @interface WithDatabase {}
