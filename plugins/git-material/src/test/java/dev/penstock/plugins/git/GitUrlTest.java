package dev.penstock.plugins.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitUrlTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://git.example/team/app.git",
                "http://git.example:8080/app",
                "ssh://git@git.example/team/app.git",
                "ssh://git@git.example:7999/team/app.git",
                "git@git.example:team/app.git",
                "git.example:app.git",
                "https://[::1]:8443/app.git",
                "/srv/git/app.git",
            })
    void takesWhatGocdTakesAndShowsItAsItIs(String text) throws Exception {
        assertThat(GitUrl.parse(text).shown()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-u./evil",
                "--upload-pack=touch /tmp/x",
                "ext::sh -c touch% /tmp/x",
                "fd::17",
                "git://git.example/app.git",
                "ftp://git.example/app.git",
                "amazon-s3://name@bucket/app.git",
                "bundle:///tmp/app.bundle",
                "ssh://-oProxyCommand=touch/app",
                "ssh://git@-oProxyCommand=touch/app",
                "ssh://-evil@git.example/app",
                "-evil@git.example:app",
                "git@git.example:-evil",
                "ssh://git.example/-evil",
                "https://git.example",
                "https:///app.git",
                "https://git.example:0/app",
                "https://git.example:65536/app",
                "https://git.example/a\nb",
                "https://a%zz:b@git.example/app",
                "file://other.example/srv/app.git",
                "app.git",
                "../app.git",
            })
    void refusesWhatIsNoRepositoryOrTooMuchOfOne(String text) {
        assertThatThrownBy(() -> GitUrl.parse(text)).isInstanceOf(GitUrl.NotAllowed.class);
    }

    @ParameterizedTest
    @CsvSource({
        "https://alma:s3cret@git.example/app.git,https://git.example/app.git",
        "https://ghp_token@git.example/app.git,https://git.example/app.git",
        "ssh://git:s3cret@git.example/app.git,ssh://git@git.example/app.git",
        "https://alma:p%40ss@git.example/app.git,https://git.example/app.git",
    })
    void showsNoPasswordAndNoToken(String text, String shown) throws Exception {
        assertThat(GitUrl.parse(text).shown()).isEqualTo(shown);
        assertThat(GitUrl.parse(text)).asString().isEqualTo(shown);
    }

    @Test
    void decodesUserAndPassword() throws Exception {
        GitUrl url = GitUrl.parse("https://al%20ma:p%40ss+word@git.example/app.git");

        assertThat(url.user()).isEqualTo("al ma");
        assertThat(url.password()).isNotNull();
        assertThat(url.password().reveal()).isEqualTo("p@ss+word");
    }

    @Test
    void refusalShowsNoPassword() {
        assertThatThrownBy(() -> GitUrl.parse("gopher://alma:s3cret@git.example/app.git"))
                .hasMessageNotContaining("s3cret");
    }

    @ParameterizedTest
    @CsvSource({
        "https://git.example/team/app.git,../lib.git,https://git.example/team/lib.git",
        "https://git.example/team/app.git,../../other/lib.git,https://git.example/other/lib.git",
        "https://git.example/team/app.git,./lib.git,https://git.example/team/app.git/lib.git",
        "git@git.example:team/app.git,../lib.git,git@git.example:team/lib.git",
        "/srv/git/app.git,../lib.git,/srv/git/lib.git",
        "https://git.example/team/app.git,https://other.example/lib.git,https://other.example/lib.git",
    })
    void findsSubmodulesFromTheirParent(String parent, String text, String shown) throws Exception {
        assertThat(GitUrl.parse(parent).submodule(text).shown()).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../../../x", "ext::sh -c x", "../..", "--upload-pack=x", "../-evil/../../-evil"})
    void refusesSubmodulesThatLeadNowhereGood(String text) throws Exception {
        GitUrl parent = GitUrl.parse("ssh://git@git.example/team/app.git");

        assertThatThrownBy(() -> parent.submodule(text)).isInstanceOf(GitUrl.NotAllowed.class);
    }

    @ParameterizedTest
    @CsvSource({
        "https://git.example/a,https://git.example:443/b,true",
        "https://git.example/a,https://GIT.example/b,true",
        "https://git.example/a,http://git.example/a,false",
        "https://git.example/a,https://git.example:444/a,false",
        "https://git.example/a,https://evil.example/a,false",
        "git@git.example:a,ssh://other@git.example/b,true",
    })
    void knowsWhatTheSameServerIs(String one, String other, boolean same) throws Exception {
        assertThat(GitUrl.parse(one).sameServer(GitUrl.parse(other))).isEqualTo(same);
    }

    @Test
    void sshWithoutSchemeKeepsItsPathAsHostsLikeIt() throws Exception {
        assertThat(GitUrl.parse("git@git.example:team/app.git").jgit("git").getPath())
                .isEqualTo("team/app.git");
        assertThat(GitUrl.parse("ssh://git.example/team/app.git").jgit("git").getPath())
                .isEqualTo("/team/app.git");
    }
}
