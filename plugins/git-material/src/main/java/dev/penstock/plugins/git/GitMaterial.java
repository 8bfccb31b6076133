package dev.penstock.plugins.git;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.material.CheckoutContext;
import dev.penstock.plugin.material.MaterialContext;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import dev.penstock.plugin.material.MaterialType;
import dev.penstock.plugin.material.PollResult;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionValues;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.ObjectId;
import org.pf4j.Extension;

/** The material type {@code git}. */
@Extension
public final class GitMaterial implements MaterialType {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    static {
        Jgit.isolate();
    }

    @Override
    public String id() {
        return "git";
    }

    @Override
    public Text label() {
        return Text.of("Git");
    }

    @Override
    public List<Option> options() {
        return GitOptions.ALL;
    }

    @Override
    public List<Violation> validate(OptionValues values) {
        return GitSettings.violations(values);
    }

    @Override
    public String displayName(OptionValues values) {
        try {
            return GitUrl.parse(values.text(GitOptions.URL).orElse("")).shown();
        } catch (GitUrl.NotAllowed _) {
            return "git (a URL that cannot be used)";
        }
    }

    @Override
    public Optional<String> host(OptionValues values) {
        try {
            return GitUrl.parse(values.text(GitOptions.URL).orElse("")).hostName();
        } catch (GitUrl.NotAllowed _) {
            return Optional.empty();
        }
    }

    @Override
    public Map<String, String> variables(OptionValues values) {
        try {
            Branch branch = Branch.parse(values.text(GitOptions.BRANCH).orElse(""));
            return Map.of("URL", displayName(values), "BRANCH", branch.shown());
        } catch (IllegalArgumentException _) {
            return Map.of("URL", displayName(values));
        }
    }

    @Override
    public void check(MaterialContext context, OptionValues values) throws MaterialException, InterruptedException {
        GitSettings settings = GitSettings.of(values);
        try (var remote = Remote.of(settings, context, Size.ANY)) {
            if (remote.tip(settings.branch().remote()).isEmpty()) {
                throw missing(remote, settings.branch());
            }
        }
    }

    @Override
    public PollResult poll(MaterialContext context, OptionValues values, Optional<String> lastKnown)
            throws MaterialException, InterruptedException {
        GitSettings settings = GitSettings.of(values);
        try (var remote = Remote.of(settings, context, OwnProcess.size())) {
            Optional<ObjectId> tip = remote.tip(settings.branch().remote());
            if (tip.isEmpty()) {
                throw lastKnown.isEmpty()
                        ? missing(remote, settings.branch())
                        : new MaterialException(
                                Kind.BRANCH_NOT_FOUND,
                                "Branch \"" + settings.branch().shown() + "\" of "
                                        + settings.url().shown() + " was deleted; it was last seen at "
                                        + shortened(lastKnown.get()));
            }
            if (lastKnown.isPresent() && tip.get().name().equals(lastKnown.get())) {
                return new PollResult.Unchanged();
            }
            return Mirror.history(context, remote, settings.branch(), tip.get(), lastKnown);
        } catch (Size.Exceeded _) {
            return OwnProcess.poll(context, values, lastKnown);
        }
    }

    @Override
    public void checkout(CheckoutContext context, OptionValues values, String revision)
            throws MaterialException, InterruptedException {
        GitSettings settings = GitSettings.of(values);
        if (!COMMIT.matcher(revision).matches()) {
            throw new MaterialException(
                    Kind.REVISION_NOT_FOUND, "\"" + revision + "\" is not the id of a commit: 40 hexadecimal digits");
        }
        try {
            new Checkout(context, settings, OwnProcess.size()).run(ObjectId.fromString(revision));
        } catch (Size.Exceeded e) {
            context.console()
                    .note("The repository is large (" + e.getMessage() + "); going on in a process of its own");
            OwnProcess.checkout(context, values, revision);
        }
    }

    private static MaterialException missing(Remote remote, Branch branch)
            throws MaterialException, InterruptedException {
        List<String> there = remote.branches();
        return new MaterialException(
                Kind.BRANCH_NOT_FOUND,
                there.isEmpty()
                        ? "There is no branch \"" + branch.shown() + "\" in "
                                + remote.url().shown() + ": the repository has no branches yet"
                        : "There is no branch \"" + branch.shown() + "\" in "
                                + remote.url().shown() + "; there are: " + String.join(", ", there));
    }

    /** A commit's id as people write it. */
    static String shortened(String revision) {
        return revision.length() > 7 ? revision.substring(0, 7) : revision;
    }
}
