package dev.penstock.core.material;

import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.Names;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.plugin.option.Option;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a material is, apart from how it is read: two definitions with one fingerprint share one material. Pure.
 *
 * @param fingerprint SHA-256 in hex of the type and its identity options with their defaults; secrets are never part of it
 * @param name what it is called until its type has said so itself
 * @param repository see {@link RepositoryUrl#key}; of a stage of a pipeline, its place; null when there is no such thing
 * @param branch without {@code refs/heads/}; null when the type knows no branches
 */
record MaterialIdentity(
        String fingerprint,
        String name,
        @Nullable String repository,
        @Nullable String branch) {
    /** Before pipeline and stage in the place of a repository, so that a passed stage finds its material by one look. */
    static final String UPSTREAM_PREFIX = "pipeline:";

    private static final String HEADS = "refs/heads/";
    private static final int MAX_NAME_CHARS = 1_000;

    /** @param described the options of the material's type */
    static MaterialIdentity of(MaterialDefinition material, List<Option> described) {
        boolean upstream = material.type().equals(MaterialDefinition.PIPELINE);
        Map<String, Object> identity = new LinkedHashMap<>();
        for (Option option : described) {
            Object value = value(option, material.options());
            if (option.isIdentity() && value != null) {
                identity.put(option.name(), upstream ? Names.key(value.toString()) : value);
            }
        }
        if (upstream) {
            String place = identity.get("pipeline") + "/" + identity.get("stage");
            return new MaterialIdentity(
                    sha256(Json.write(List.of(material.type(), identity))),
                    name(material, identity),
                    UPSTREAM_PREFIX + place,
                    null);
        }
        String url = text(material, described, "url");
        String branch = text(material, described, "branch");
        return new MaterialIdentity(
                sha256(Json.write(List.of(material.type(), identity))),
                name(material, identity),
                url == null ? null : RepositoryUrl.key(url).orElse(null),
                branch == null ? null : branch(branch));
    }

    /** The branch that a hook would name; of a refspec, its source. */
    static String branch(String ref) {
        int colon = ref.indexOf(':');
        String source = colon < 0 ? ref : ref.substring(0, colon);
        return source.startsWith(HEADS) ? source.substring(HEADS.length()) : source;
    }

    private static @Nullable String text(MaterialDefinition material, List<Option> described, String name) {
        for (Option option : described) {
            if (option.name().equals(name) && value(option, material.options()) instanceof String text) {
                return text;
            }
        }
        return null;
    }

    /** As one text or collection, so that {@code true} and {@code "true"}, absent and default are the same. */
    private static @Nullable Object value(Option option, Map<String, Object> given) {
        Object value = given.get(option.name());
        return switch (value) {
            case null -> option.defaultValue().orElse(null);
            case SecretRef _ -> null;
            case String text when text.isBlank() -> option.defaultValue().orElse(null);
            case List<?> list -> list;
            case Map<?, ?> map -> map;
            default -> value.toString();
        };
    }

    private static String name(MaterialDefinition material, Map<String, Object> identity) {
        if (material.type().equals(MaterialDefinition.PIPELINE)) {
            return material.options().get("pipeline") + "/" + material.options().get("stage");
        }
        String first = identity.values().stream()
                .filter(String.class::isInstance)
                .map(Object::toString)
                .findFirst()
                .orElse(material.type());
        String shown = first.replaceFirst("^([A-Za-z][A-Za-z0-9+.-]*://)[^/@]*@", "$1");
        return shown.length() <= MAX_NAME_CHARS ? shown : shown.substring(0, MAX_NAME_CHARS);
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
