package dev.penstock.core.secret;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * Stands for a stored secret inside a definition: {@code {"secret_ref": 17}}.
 *
 * @param secretRef the id of the stored secret; negative while its value was read but is not stored yet
 */
public record SecretRef(long secretRef) {

    /** Whether the value is stored. */
    @JsonIgnore
    public boolean isStored() {
        return secretRef > 0;
    }
}
