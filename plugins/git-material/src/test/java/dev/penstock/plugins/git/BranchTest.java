package dev.penstock.plugins.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BranchTest {

    @ParameterizedTest
    @CsvSource({
        "main,refs/heads/main,main",
        "feature/x,refs/heads/feature/x,feature/x",
        "refs/heads/main,refs/heads/main,main",
        "refs/pull/7/head:pull-7,refs/pull/7/head,pull-7",
        "refs/pull/7/head:refs/remotes/origin/pull-7,refs/pull/7/head,pull-7",
        "refs/heads/a:refs/heads/b,refs/heads/a,b",
    })
    void readsBranchesAndRefspecs(String text, String remote, String local) {
        assertThat(Branch.parse(text)).isEqualTo(new Branch(remote, local));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-b",
                "--upload-pack=x",
                "a b",
                "main*",
                "refs/heads/*:refs/heads/*",
                "a..b",
                "x.lock",
                "main:other",
                "refs/pull/7/head:",
                "refs/pull/7/head:-evil",
                "a\nb",
                "a~1",
            })
    void refusesWhatGitOrAnOptionParserWouldTakeForSomethingElse(String text) {
        assertThatThrownBy(() -> Branch.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
