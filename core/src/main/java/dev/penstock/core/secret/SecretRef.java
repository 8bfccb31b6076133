package dev.penstock.core.secret;

/**
 * Stands for a stored secret inside a definition: {@code {"secret_ref": 17}}.
 *
 * @param secretRef the id of the stored secret
 */
public record SecretRef(long secretRef) {}
