package dev.penstock.core.artifact;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How a file of strangers is served, by its name alone: as plain text or as a picture where nothing can run in it, and as a
 * download otherwise (C-24).
 *
 * @param inline whether a browser may show it
 */
record ServedType(String mediaType, boolean inline) {
    private static final ServedType TEXT = new ServedType("text/plain; charset=utf-8", true);
    private static final ServedType DOWNLOAD = new ServedType("application/octet-stream", false);

    private static final Set<String> TEXTS = Set.of(
            "txt",
            "log",
            "out",
            "err",
            "md",
            "csv",
            "tsv",
            "json",
            "xml",
            "yaml",
            "yml",
            "properties",
            "ini",
            "conf",
            "toml",
            "diff",
            "patch",
            "sql",
            "java",
            "kt",
            "py",
            "rb",
            "go",
            "rs",
            "c",
            "h",
            "cpp",
            "sh",
            "gradle");

    /** SVG is not among them: it has scripts. */
    private static final Map<String, String> PICTURES = Map.of(
            "png", "image/png",
            "jpg", "image/jpeg",
            "jpeg", "image/jpeg",
            "gif", "image/gif",
            "webp", "image/webp");

    static ServedType of(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        String ending = name.substring(name.lastIndexOf('.') + 1);
        String picture = PICTURES.get(ending);
        if (picture != null) {
            return new ServedType(picture, true);
        }
        return TEXTS.contains(ending) && name.contains(".") ? TEXT : DOWNLOAD;
    }

    /** The value of {@code Content-Disposition} (RFC 6266), with the name in ASCII for old clients. */
    String disposition(String path) {
        return disposition(path.substring(path.lastIndexOf('/') + 1), inline);
    }

    static String disposition(String name, boolean inline) {
        var plain = new StringBuilder();
        var encoded = new StringBuilder();
        name.chars()
                .forEach(c ->
                        plain.append(c > ' ' - 1 && c < 0x7F && c != '"' && c != '\\' && c != '%' ? (char) c : '_'));
        for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
            boolean safe = (each >= '0' && each <= '9')
                    || (each >= 'A' && each <= 'Z')
                    || (each >= 'a' && each <= 'z')
                    || each == '.'
                    || each == '-'
                    || each == '_';
            if (safe) {
                encoded.append((char) each);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(each));
            }
        }
        return (inline ? "inline" : "attachment") + "; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
    }
}
