package dev.penstock.core.config.model;

import dev.penstock.core.platform.error.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a run is called: {@code ${COUNT}}, {@code ${env:NAME}}, {@code ${material}}, {@code ${material[:7]}}. Pure. */
public final class LabelTemplate {
    /** Of a label; longer ones are cut. */
    private static final int MAX_CHARS = 255;

    /** Room for tokens with long names. */
    private static final int MAX_TEMPLATE_CHARS = 1_000;

    private static final Pattern TOKEN = Pattern.compile("\\$\\{([^}]*)\\}");
    private static final Pattern CUT = Pattern.compile("(.*)\\[:(\\d{1,9})\\]");
    private static final String COUNT = "count";
    private static final String ENV = "env:";

    private LabelTemplate() {}

    /**
     * The label of a run. Values go in as they are and are not looked at again; unknown tokens stay.
     *
     * @param revisions by {@link Names#key} of the material's name: revision, or the label of the upstream run
     * @param variables the plain ones of the pipeline, by name
     */
    public static String render(
            String template, long counter, Map<String, String> revisions, Map<String, String> variables) {
        var label = new StringBuilder();
        Matcher token = TOKEN.matcher(template);
        int end = 0;
        while (label.length() < MAX_CHARS && token.find()) {
            label.append(template, end, token.start()).append(value(token, counter, revisions, variables));
            end = token.end();
        }
        label.append(template, end, template.length());
        return cut(label.toString(), MAX_CHARS);
    }

    /**
     * The mistakes in a template.
     *
     * @param materials keys of the names of the pipeline's materials
     */
    public static List<Violation> check(String template, Set<String> materials) {
        List<Violation> violations = new ArrayList<>();
        if (template.length() > MAX_TEMPLATE_CHARS) {
            violations.add(wrong("Label template has " + template.length() + " characters; at most "
                    + MAX_TEMPLATE_CHARS + " are possible"));
            return violations;
        }
        Matcher token = TOKEN.matcher(template);
        boolean any = false;
        while (token.find()) {
            any = true;
            check(token.group(1), materials, violations);
        }
        if (!any) {
            violations.add(wrong("Label template \"" + template + "\" needs at least one token such as ${COUNT}"));
        }
        return violations;
    }

    private static void check(String token, Set<String> materials, List<Violation> violations) {
        String name = name(token);
        String key = name.toLowerCase(Locale.ROOT);
        if (name.isBlank()) {
            violations.add(wrong("Label template has an empty token \"${" + token + "}\""));
        } else if (key.equals(ENV)
                || (key.startsWith(ENV) && key.substring(ENV.length()).isBlank())) {
            violations.add(wrong("Label template needs a variable's name after \"env:\""));
        } else if (!key.equals(COUNT) && !key.startsWith(ENV)) {
            if (!materials.contains(key)) {
                violations.add(wrong(
                        "Label template names the material \"" + name + "\", but the pipeline has none of that name"));
            }
            Matcher cut = CUT.matcher(token);
            if (cut.matches() && cut.group(2).startsWith("0")) {
                violations.add(wrong("Label template cuts \"" + name + "\" to \"" + cut.group(2)
                        + "\" characters; the number must not begin with 0"));
            }
        }
    }

    private static String value(
            Matcher match, long counter, Map<String, String> revisions, Map<String, String> variables) {
        String token = match.group(1);
        String name = name(token);
        String key = name.toLowerCase(Locale.ROOT);
        if (key.equals(COUNT)) {
            return Long.toString(counter);
        }
        if (key.startsWith(ENV)) {
            return variables.getOrDefault(name.substring(ENV.length()), "");
        }
        String revision = revisions.get(key);
        if (revision == null) {
            return match.group();
        }
        Matcher cut = CUT.matcher(token);
        return cut.matches() ? cut(revision, Integer.parseInt(cut.group(2))) : revision;
    }

    private static String name(String token) {
        Matcher cut = CUT.matcher(token);
        return cut.matches() ? cut.group(1) : token;
    }

    /** Cuts without parting a surrogate pair. */
    private static String cut(String text, int chars) {
        if (text.length() <= chars) {
            return text;
        }
        boolean parted = chars > 0 && Character.isHighSurrogate(text.charAt(chars - 1));
        return text.substring(0, parted ? chars - 1 : chars);
    }

    private static Violation wrong(String message) {
        return Violation.at("/label_template", "invalid_label_template", message);
    }
}
