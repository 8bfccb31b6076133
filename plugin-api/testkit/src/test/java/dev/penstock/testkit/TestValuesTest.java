package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TestValuesTest {
    private static final TestValues VALUES = TestValues.of(List.of(
            Option.of("text", OptionKind.TEXT, Text.of("x")),
            Option.of("secret", OptionKind.SECRET, Text.of("x")),
            Option.of("number", OptionKind.NUMBER, Text.of("x")).withDefault("7"),
            Option.of("flag", OptionKind.BOOLEAN, Text.of("x")).withDefault("true"),
            Option.choice("choice", Text.of("x"), List.of("a", "b")),
            Option.of("list", OptionKind.LIST, Text.of("x")).withDefault("p\nq"),
            Option.of("map", OptionKind.MAP, Text.of("x"))));

    @Test
    void givesDefaultsAndWhatWasSet() {
        TestValues values =
                VALUES.with("text", "t").with("secret", "s").with("choice", "b").with("map", Map.of("k", "v"));

        assertThat(values.text("text")).contains("t");
        assertThat(values.secret("secret").orElseThrow().reveal()).isEqualTo("s");
        assertThat(values.number("number")).hasValue(7);
        assertThat(values.flag("flag")).isTrue();
        assertThat(values.text("choice")).contains("b");
        assertThat(values.list("list")).containsExactly("p", "q");
        assertThat(values.map("map")).containsExactly(Map.entry("k", "v"));
        assertThat(values.without("flag").flag("flag")).isFalse();
        assertThat(VALUES.text("text")).isEmpty();
        assertThat(values).asString().contains("secret=***");
    }

    @Test
    void mistakesAreToldAtOnce() {
        assertThatThrownBy(() -> VALUES.with("txet", "x")).hasMessageContaining("No option \"txet\"");
        assertThatThrownBy(() -> VALUES.with("number", "x")).hasMessageContaining("takes a Number");
        assertThatThrownBy(() -> VALUES.with("choice", "c")).hasMessageContaining("none of the choices");
        assertThatThrownBy(() -> VALUES.text("flag")).hasMessageContaining("is a BOOLEAN");
    }
}
