package dev.penstock.core.artifact;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The rules for a path among the artifacts of a job (C-17). It is a name in the database and never a path of the server's
 * disk; but it becomes one wherever it is fetched or unzipped, on any system.
 */
final class ArtifactPath {
    private static final int MAX_BYTES = 1_024;
    private static final int MAX_SEGMENT_BYTES = 255;

    /** Names that Windows gives to devices, whatever stands after the first dot. */
    private static final Pattern DEVICE =
            Pattern.compile("(con|prn|aux|nul|conin\\$|conout\\$|(com|lpt)[0-9\\u00b9\\u00b2\\u00b3]) *(\\..*)?");

    private ArtifactPath() {}

    /** Why a path is not allowed; empty when it is. */
    static Optional<String> problem(String path) {
        if (path.isEmpty()) {
            return Optional.of("it is empty");
        }
        if (path.length() > MAX_BYTES || path.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return Optional.of("it has more than " + MAX_BYTES + " bytes");
        }
        Optional<String> letter = path.codePoints()
                .mapToObj(ArtifactPath::letterProblem)
                .flatMap(Optional::stream)
                .findFirst();
        if (letter.isPresent()) {
            return letter;
        }
        for (String segment : path.split("/", -1)) {
            Optional<String> problem = segmentProblem(segment);
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> letterProblem(int letter) {
        if (letter == '\\') {
            return Optional.of("it has a backslash");
        }
        if (letter == ':') {
            return Optional.of("it has a colon");
        }
        return switch (Character.getType(letter)) {
            case Character.CONTROL -> Optional.of("it has a control character");
            // Among them those that turn the direction of writing: a name must be what it looks like.
            case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                Optional.of("it has an invisible character");
            case Character.SURROGATE -> Optional.of("it has half a character");
            default -> Optional.empty();
        };
    }

    private static Optional<String> segmentProblem(String segment) {
        if (segment.isEmpty()) {
            return Optional.of("it begins or ends with a slash, or has two of them in a row");
        }
        if (segment.equals(".") || segment.equals("..")) {
            return Optional.of("it has a segment \"" + segment + "\"");
        }
        if (segment.endsWith(".") || segment.endsWith(" ")) {
            return Optional.of("a segment ends with a dot or a space");
        }
        if (segment.getBytes(StandardCharsets.UTF_8).length > MAX_SEGMENT_BYTES) {
            return Optional.of("a segment has more than " + MAX_SEGMENT_BYTES + " bytes");
        }
        if (DEVICE.matcher(segment.toLowerCase(Locale.ROOT)).matches()) {
            return Optional.of("\"" + segment + "\" is the name of a device on Windows");
        }
        return Optional.empty();
    }

    /** Equal for paths that are the same file on a system that knows no case, or composes letters in its own way. */
    static String key(String path) {
        return Normalizer.normalize(
                Normalizer.normalize(path, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
    }
}
