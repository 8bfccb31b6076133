package dev.penstock.core.config.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Finding 14: letters that are the same to some and not to others. */
class NamesTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "A", "0", "_x", "-x", "web.shop-1_2", "null"})
    void takesGocdsNames(String name) {
        assertThat(Names.isName(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                ".x",
                "a b",
                "a/b",
                "adm\u0131n",
                "\u212Aelvin",
                "\u017Fs",
                "e\u0301",
                "a\n",
                "a\u0000",
                "\uFF41"
            })
    void takesNoLettersThatSomeTakeForOthers(String name) {
        assertThat(Names.isName(name)).isFalse();
    }

    @Test
    void aNameHasAtMost255Characters() {
        assertThat(Names.isName("a".repeat(255))).isTrue();
        assertThat(Names.isName("a".repeat(256))).isFalse();
    }

    @Test
    void theKeyKnowsNoDotlessI() {
        assertThat(Names.key("ADMIN")).isEqualTo("admin");
        assertThat(Names.key("adm\u0131n")).isNotEqualTo("admin");
    }
}
