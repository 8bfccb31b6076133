package dev.penstock.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathPatternTest {

    @ParameterizedTest
    @CsvSource({
        "a.doc,a.doc",
        "*.doc,a.doc",
        "*,a",
        "*/*.doc,A/a.doc",
        "*\\*.doc,A/a.doc",
        "**/*.doc,a.doc",
        "**/*.doc,A/a.doc",
        "**/*.doc,A/B/C/a.doc",
        "foo*/**/*.doc,foo-hi/bar/a.doc",
        "foo*/**/*.doc,foo/a.doc",
        "**/foo*/**/*,hello/woods/foo-hi/bar/a.doc",
        "**/foo*/**/*,foo/a",
        "**/DocumentFolder/*,A/DocumentFolder/d.doc",
        "**/*Test*/*,B/SomeTestThis/x",
        "Test/**/*.*,Test/foo.txt",
        "Test/**/*.*,Test/a/b/foo.txt",
        "Test/**/*,Test/a/b/foo",
        "helper/*.*,helper/a_b.html",
        "$/tfs/Properties/*.*,$/tfs/Properties/Info.cs",
        "/docs/*,docs/a",
        "a**b,a.x.b",
        "[a-z].txt,[a-z].txt",
        "**/**/x,x",
        "**/a/**/b/c,a/q/b/x/b/c",
    })
    void matches(String pattern, String path) {
        assertThat(new PathPattern(pattern).matches(path)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "a.doc,b.doc",
        "a.doc,a.doc1",
        "a.doc,A.doc",
        "a.doc,A/a.doc",
        "*.doc,a.doc.aaa",
        "*.doc,A/a.doc",
        "*/*.doc,a.doc",
        "*/*.doc,A/B/c.doc",
        "**/*.doc,B/a.pdf",
        "foo*/**/*.doc,bar/foo/b.doc",
        "ROOT/*.doc,ROOT/ANY/a.doc",
        "**/DocumentFolder/*,A/DocumentFolder/B/d.doc",
        "**/*Test*/*,B/NotIgnored/isIgnored",
        "Test/**/*.*,Test/a/foo",
        "docs/**,docs/a",
        "docs/**,docs/a/b",
        "docs/**,docs",
        "**,a",
        "docs/,docs/a",
        "[a-z].txt,a.txt",
        "a?c,abc",
        "'',a",
    })
    void doesNotMatch(String pattern, String path) {
        assertThat(new PathPattern(pattern).matches(path)).isFalse();
    }

    @Test
    void theLongestPatternIsComparedInNoTime() {
        var pattern = new PathPattern("**/*a".repeat(50) + "/" + "*a".repeat(100) + "b");
        String path = "a/".repeat(200) + "a".repeat(3_000);

        boolean matches = Assertions.assertTimeoutPreemptively(Duration.ofSeconds(2), () -> pattern.matches(path));

        assertThat(matches).isFalse();
    }
}
