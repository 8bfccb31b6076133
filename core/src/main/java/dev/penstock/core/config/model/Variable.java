package dev.penstock.core.config.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.penstock.core.secret.SecretRef;
import org.jspecify.annotations.Nullable;

/**
 * An environment variable. Exactly one of the two values is set.
 *
 * @param value in clear
 * @param secret stored encrypted
 */
public record Variable(
        String name, @Nullable String value, @Nullable SecretRef secret) {

    public Variable {
        if ((value == null) == (secret == null)) {
            throw new IllegalArgumentException("Variable \"" + name + "\" needs a value or a secret, and not both");
        }
    }

    /** Whether the value must not be shown. */
    @JsonIgnore
    public boolean isSecure() {
        return secret != null;
    }
}
