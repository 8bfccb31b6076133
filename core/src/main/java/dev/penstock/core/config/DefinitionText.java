package dev.penstock.core.config;

/**
 * A definition as somebody sends it.
 *
 * @param text at most 1 MiB, which the parser checks
 */
public record DefinitionText(String text, Format format) {

    /** The two forms. */
    public enum Format {
        /** One pipeline in our JSON form. */
        JSON,
        /** GoCD's YAML form, format 10 with our additions. */
        YAML
    }
}
