package dev.penstock.core.material;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryUrlTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://github.com/Ada/Shop",
                "https://github.com/ada/shop.git",
                "https://ada@github.com/ada/shop.git/",
                "https://ada:secret@github.com/ada/shop.git",
                "https://x:p@ss@github.com/ada/shop.git",
                "http://github.com:80/ada/shop",
                "git@github.com:ada/shop.git",
                "github.com:ada/shop.git",
                "git@github.com:/ada/shop.git",
                "ssh://git@github.com/ada/shop.git",
                "ssh://git@github.com:22/ada/shop",
                "ssh://git@ssh.github.com:443/ada/shop.git",
                "git+ssh://git@GitHub.com//ada//shop.git",
                "git://github.com/ada/shop.git#main",
                "https://github.com/ada/shop?x=1"
            })
    void oneRepositoryHasOneKeyHoweverItIsReached(String url) {
        assertThat(RepositoryUrl.key(url)).contains("github.com/ada/shop");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "/srv/git/shop.git",
                "./shop.git",
                "file:///srv/git/shop.git",
                "C:\\git\\shop",
                "c:/git/shop",
                "https://github.com",
                "https://github.com/",
                "https://github.com/.git",
                "not a url",
                "folder/with:colon",
                "ext::sh -c id",
                "@:"
            })
    void whatIsNoRepositoryOfAHostHasNoKey(String text) {
        assertThat(RepositoryUrl.key(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://[2001:db8::1]:8443/ada/shop.git", "ssh://git@[2001:db8::1]/ada/shop"})
    void anAddressInBracketsIsAHost(String url) {
        assertThat(RepositoryUrl.key(url)).contains("[2001:db8::1]/ada/shop");
    }

    /** Texts made of what URLs are made of. */
    static Stream<String> oddTexts() {
        var random = new Random(7);
        String alphabet = "a@:/.[]#?%\\ git://ssh\u0000é";
        return Stream.generate(() -> random.ints(random.nextInt(40), 0, alphabet.length())
                        .collect(
                                StringBuilder::new, (text, i) -> text.append(alphabet.charAt(i)), StringBuilder::append)
                        .toString())
                .limit(2_000);
    }

    @Test
    void anyTextIsAnsweredWithAHostAndAPathOrNothing() {
        assertThat(oddTexts().map(RepositoryUrl::key).flatMap(Optional::stream))
                .isNotEmpty()
                .allMatch(key -> key.indexOf('/') >= 2 && !key.endsWith("/"));
    }
}
