package dev.penstock.plugin.option;

/** What a value is, and so which form field it has and which JSON it is. */
public enum OptionKind {
    /** One line of text; a JSON string of at most 8,192 characters. */
    TEXT,
    /** One line that is stored encrypted and never shown again. */
    SECRET,
    /** A whole number; a JSON number between -2^53 and 2^53. */
    NUMBER,
    /** Yes or no; a JSON boolean. */
    BOOLEAN,
    /** One of {@link Option#choices()}; a JSON string. */
    CHOICE,
    /** Lines of text in an order, one per entry; a JSON array of strings, at most 1,000. */
    LIST,
    /** Names with values; a JSON object of strings, at most 1,000 entries. */
    MAP,
    /** Text of many lines, such as a script; a JSON string of at most 256 KiB. */
    MULTILINE
}
