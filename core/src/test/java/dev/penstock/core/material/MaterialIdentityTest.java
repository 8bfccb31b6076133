package dev.penstock.core.material;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.MaterialDefinition.Filter;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.plugin.Text;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MaterialIdentityTest {
    private static final List<Option> GIT = List.of(
            Option.of("url", OptionKind.TEXT, Text.of("URL")).asRequired().asIdentity(),
            Option.of("branch", OptionKind.TEXT, Text.of("Branch")).asIdentity().withDefault("master"),
            Option.of("password", OptionKind.SECRET, Text.of("Password")),
            Option.of("shallow", OptionKind.BOOLEAN, Text.of("Shallow")));

    private static final List<Option> UPSTREAM = List.of(
            Option.of("pipeline", OptionKind.TEXT, Text.of("Pipeline"))
                    .asRequired()
                    .asIdentity(),
            Option.of("stage", OptionKind.TEXT, Text.of("Stage")).asRequired().asIdentity());

    private static MaterialIdentity git(Map<String, Object> options) {
        return MaterialIdentity.of(new MaterialDefinition(null, "git", options, "", true, Filter.NONE), GIT);
    }

    private static MaterialIdentity upstream(String pipeline, String stage) {
        var options = Map.<String, Object>of("pipeline", pipeline, "stage", stage);
        return MaterialIdentity.of(new MaterialDefinition(null, "pipeline", options, "", true, Filter.NONE), UPSTREAM);
    }

    @Test
    void theDefaultIsTheSameAsTheValueThatItStandsFor() {
        var plain = git(Map.of("url", "https://git/shop"));

        assertThat(git(Map.of("url", "https://git/shop", "branch", "master"))).isEqualTo(plain);
        assertThat(git(Map.of("url", "https://git/shop", "branch", " "))).isEqualTo(plain);
    }

    @Test
    void anotherBranchIsAnotherMaterial() {
        var plain = git(Map.of("url", "https://git/shop"));

        assertThat(git(Map.of("url", "https://git/shop", "branch", "next")).fingerprint())
                .isNotEqualTo(plain.fingerprint());
    }

    @Test
    void howItIsReadIsNotWhatItIs() {
        var plain = git(Map.of("url", "https://git/shop"));

        assertThat(git(Map.of("url", "https://git/shop", "password", new SecretRef(7), "shallow", true)))
                .isEqualTo(plain);
    }

    @Test
    void theTypeIsPartOfIt() {
        var options = Map.<String, Object>of("url", "https://git/shop");
        var other = MaterialIdentity.of(new MaterialDefinition(null, "hg", options, "", true, Filter.NONE), GIT);

        assertThat(other.fingerprint()).isNotEqualTo(git(options).fingerprint());
    }

    @Test
    void itsFirstNameShowsNoPassword() {
        assertThat(git(Map.of("url", "https://ada:secret@git/shop")).name()).isEqualTo("https://git/shop");
    }

    @Test
    void hooksFindItByRepositoryAndBranch() {
        var identity = git(Map.of("url", "git@git.example:ada/shop.git", "branch", "refs/heads/next"));

        assertThat(identity.repository()).isEqualTo("git.example/ada/shop");
        assertThat(identity.branch()).isEqualTo("next");
    }

    @Test
    void aRefspecIsFoundByItsSource() {
        assertThat(git(Map.of("url", "https://git/shop", "branch", "refs/pull/7/head:seven"))
                        .branch())
                .isEqualTo("refs/pull/7/head");
    }

    @Test
    void upstreamPipelinesAreTheSameInAnyCase() {
        assertThat(upstream("Build", "Test").fingerprint())
                .isEqualTo(upstream("build", "test").fingerprint());
        assertThat(upstream("build", "test").name()).isEqualTo("build/test");
    }
}
