package dev.penstock.plugins.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.plugin.Violation;
import dev.penstock.testkit.TestValues;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GitSettingsTest {
    private final GitMaterial git = new GitMaterial();

    @ParameterizedTest
    @CsvSource({
        "https://alma:word@git.example/app.git,username,bruno,url,User and password stand in the URL",
        "https://git.example/app.git,password,word,username,A password needs a user name",
        "https://git.example/app.git,private_key,key,private_key,A private key is for ssh",
        "ssh://git@git.example/app.git,passphrase,word,passphrase,no private key",
        "/srv/git/app.git,username,alma,username,without user and password",
        "https://git.example/app.git,username,-x,username,must not begin",
        "https://git.example/app.git,branch,--upload-pack=x,branch,must not begin",
        "ext::sh -c x,username,alma,url,Remote helpers",
    })
    void mistakeIsToldAtItsOption(String url, String option, String value, String path, String words) {
        TestValues values = Repo.values(url).with(option, value);

        assertThat(git.validate(values)).singleElement().satisfies(violation -> {
            assertThat(violation.path()).isEqualTo(path);
            assertThat(violation.message()).contains(words);
        });
    }

    @Test
    void severalMistakesAreToldTogether() {
        TestValues values = Repo.values("git://git.example/app.git").with("branch", "a*");

        assertThat(git.validate(values)).extracting(Violation::path).containsExactly("url", "branch");
    }

    @Test
    void peopleAndJobsSeeNoCredentials() {
        TestValues values = Repo.values("https://alma:s3cret@Git.Example/app.git");

        assertThat(git.displayName(values)).isEqualTo("https://git.example/app.git");
        assertThat(git.host(values)).contains("git.example");
        assertThat(git.variables(values)).isEqualTo(Map.of("URL", "https://git.example/app.git", "BRANCH", "main"));
    }
}
