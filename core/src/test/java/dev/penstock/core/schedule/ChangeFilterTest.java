package dev.penstock.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.MaterialDefinition.Filter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeFilterTest {
    private static final ChangeFilter NO_DOCS = new ChangeFilter(new Filter(List.of("docs/**/*", "*.md"), false));
    private static final ChangeFilter ONLY_SRC = new ChangeFilter(new Filter(List.of("src/**/*"), true));

    @Test
    void aChangeIsIgnoredWhenEveryFileMatches() {
        assertThat(NO_DOCS.ignores(List.of("docs/a/b.txt", "README.md"), true)).isTrue();
        assertThat(NO_DOCS.ignores(List.of("docs/a/b.txt", "src/A.java"), true)).isFalse();
    }

    @Test
    void invertedItIsIgnoredWhenNoFileMatches() {
        assertThat(ONLY_SRC.ignores(List.of("docs/a.txt", "pom.xml"), true)).isTrue();
        assertThat(ONLY_SRC.ignores(List.of("docs/a.txt", "src/A.java"), true)).isFalse();
    }

    @Test
    void aChangeWithoutFilesIsIgnoredEitherWay() {
        assertThat(NO_DOCS.ignores(List.of(), true)).isTrue();
        assertThat(ONLY_SRC.ignores(List.of(), true)).isTrue();
    }

    @Test
    void withoutPatternsNothingIsIgnored() {
        var none = new ChangeFilter(Filter.NONE);

        assertThat(none.ignores(List.of(), true)).isFalse();
        assertThat(none.ignores(List.of("docs/a.txt"), true)).isFalse();
    }

    @Test
    void aChangeWithMoreFilesThanAreKnownCounts() {
        assertThat(NO_DOCS.ignores(List.of("docs/a.txt"), false)).isFalse();
    }
}
