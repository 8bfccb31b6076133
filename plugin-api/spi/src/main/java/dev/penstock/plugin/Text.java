package dev.penstock.plugin;

/**
 * A text for people, in the two languages of the product. Plain text, never markup.
 *
 * @param english at most 1,000 characters
 * @param korean the same in Korean; the English text where a plugin has no translation
 */
public record Text(String english, String korean) {

    /** A text in both languages. */
    public static Text of(String english, String korean) {
        return new Text(english, korean);
    }

    /** A text that is the same in both languages, such as the name of a tool. */
    public static Text of(String same) {
        return new Text(same, same);
    }
}
