package dev.penstock.plugins.git;

import dev.penstock.plugin.Secret;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import dev.penstock.plugin.option.OptionValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The values of a git material, checked. */
record GitSettings(
        GitUrl url, Branch branch, Access access, boolean shallow, Submodules.Depth submodules, boolean keepUntracked) {

    /** The settings, or why they cannot be used. */
    static GitSettings of(OptionValues values) throws MaterialException {
        List<Violation> wrong = violations(values);
        if (!wrong.isEmpty()) {
            throw new MaterialException(Kind.REFUSED, wrong.getFirst().message());
        }
        GitUrl url;
        try {
            url = GitUrl.parse(values.require(GitOptions.URL));
        } catch (GitUrl.NotAllowed e) {
            throw new MaterialException(Kind.REFUSED, String.valueOf(e.getMessage()), e);
        }
        var access = new Access(
                values.text(GitOptions.USERNAME).orElse(url.user()),
                secret(values, GitOptions.PASSWORD, url.password()),
                secret(values, GitOptions.PRIVATE_KEY, null),
                secret(values, GitOptions.PASSPHRASE, null),
                hostKeys(values));
        return new GitSettings(
                url,
                Branch.parse(values.require(GitOptions.BRANCH)),
                access,
                values.flag(GitOptions.SHALLOW),
                Submodules.Depth.of(values.require(GitOptions.SUBMODULES)),
                values.flag(GitOptions.KEEP_UNTRACKED));
    }

    private static @Nullable Secret secret(OptionValues values, String name, @Nullable Secret otherwise) {
        return values.secret(name).filter(s -> !s.reveal().isBlank()).orElse(otherwise);
    }

    /** All mistakes, without looking at any disk or network. */
    static List<Violation> violations(OptionValues values) {
        var wrong = new ArrayList<Violation>();
        Optional<GitUrl> url = Optional.empty();
        try {
            url = Optional.of(GitUrl.parse(values.text(GitOptions.URL).orElse("")));
        } catch (GitUrl.NotAllowed e) {
            wrong.add(new Violation(GitOptions.URL, String.valueOf(e.getMessage())));
        }
        try {
            Branch.parse(values.text(GitOptions.BRANCH).orElse(""));
        } catch (IllegalArgumentException e) {
            wrong.add(new Violation(GitOptions.BRANCH, String.valueOf(e.getMessage())));
        }
        String user = values.text(GitOptions.USERNAME).orElse("");
        if (user.startsWith("-") || user.chars().anyMatch(c -> c < ' ' || c == ':')) {
            wrong.add(new Violation(
                    GitOptions.USERNAME, "A user name must not begin with \"-\", and has no \":\" in it"));
        }
        url.ifPresent(u -> credentials(u, values, wrong));
        for (String line : hostKeys(values)) {
            HostKeys.mistakeIn(line).ifPresent(text -> wrong.add(new Violation(GitOptions.HOST_KEYS, text)));
        }
        return wrong;
    }

    private static void credentials(GitUrl url, OptionValues values, List<Violation> wrong) {
        boolean user = values.text(GitOptions.USERNAME).isPresent();
        boolean password = values.secret(GitOptions.PASSWORD).isPresent();
        boolean key = values.secret(GitOptions.PRIVATE_KEY).isPresent();
        if (url.password() != null && (user || password)) {
            wrong.add(new Violation(
                    GitOptions.URL,
                    "User and password stand in the URL and in their own fields; remove them from the URL"));
        }
        if (url.kind().isHttp() && password && !user && url.user() == null) {
            wrong.add(new Violation(
                    GitOptions.USERNAME,
                    "A password needs a user name; for an access token it is often \"oauth2\" or your own name"));
        }
        if (key && !url.kind().isSsh()) {
            wrong.add(new Violation(
                    GitOptions.PRIVATE_KEY, "A private key is for ssh; the URL \"" + url.shown() + "\" is not"));
        }
        if (values.secret(GitOptions.PASSPHRASE).isPresent() && !key) {
            wrong.add(new Violation(GitOptions.PASSPHRASE, "There is a passphrase and no private key"));
        }
        if (url.kind() == GitUrl.Kind.LOCAL && (user || password)) {
            wrong.add(new Violation(GitOptions.USERNAME, "A folder of this machine is read without user and password"));
        }
    }

    private static List<String> hostKeys(OptionValues values) {
        return values.text(GitOptions.HOST_KEYS)
                .map(text -> text.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                        .toList())
                .orElse(List.of());
    }
}
