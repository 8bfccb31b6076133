package dev.penstock.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.platform.error.PenstockException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PagingTest {

    @Test
    void oneItemMoreThanWantedMakesANextPage() {
        Page<Integer> page = new Paging(2, null).page(List.of(1, 2, 3), item -> "after-" + item);

        assertThat(page).isEqualTo(new Page<>(List.of(1, 2), "after-2"));
    }

    @Test
    void theLastPageHasNoNext() {
        Page<Integer> page = new Paging(3, "2").page(List.of(3, 4, 5), String::valueOf);

        assertThat(page).isEqualTo(new Page<>(List.of(3, 4, 5), null));
    }

    @Test
    void aCursorOfAnotherListIsRefused() {
        assertThat(new Paging(1, "17").afterNumber()).isEqualTo(17);
        assertThat(new Paging(1, null).afterNumber()).isNull();
        assertThatThrownBy(() -> new Paging(1, "17-3").afterNumber())
                .isInstanceOf(PenstockException.class)
                .hasMessageContaining("\"17-3\"");
        assertThatThrownBy(() -> new Paging(1, "-1").afterNumber()).isInstanceOf(PenstockException.class);
        assertThatThrownBy(() -> new Paging(1, "x").after(text -> text.split("-", -1)[1]))
                .isInstanceOf(PenstockException.class);
    }
}
