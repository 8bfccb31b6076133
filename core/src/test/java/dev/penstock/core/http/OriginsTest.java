package dev.penstock.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {
    private final Origins local = new Origins(null, () -> 8153);
    private final Origins site = new Origins(URI.create("https://ci.example"), () -> 8153);

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "localhost:8153", "LOCALHOST:9999", "127.0.0.1:8153", "127.1.2.3", "[::1]:8153"})
    void loopbackNamesAreOurs(String host) {
        assertThat(local.isOurHost(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "localhost.evil.example",
                "127.0.0.1.evil.example:8153",
                "evil.example:127.0.0.1",
                "localhost:",
                "localhost:8153:1",
                "localhost:port",
                "[::1",
                "[::2]",
                "10.0.0.1",
                "",
                "@localhost"
            })
    void otherNamesAreNot(String host) {
        assertThat(local.isOurHost(host)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ci.example", "CI.example:443", "localhost"})
    void theSiteIsOursTooOnceItIsSet(String host) {
        assertThat(site.isOurHost(host)).isTrue();
        assertThat(site.isOurHost("ci.example.evil")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:8153", "http://127.0.0.1:8153", "http://[::1]:8153"})
    void ourOwnPagesMayChangeThings(String origin) {
        assertThat(local.isOurOrigin(origin)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "http://localhost:3000",
                "http://localhost",
                "http://evil.example:8153",
                "https://ci.example",
                "file://",
                "not an origin"
            })
    void pagesOfOthersMayNot(String origin) {
        assertThat(local.isOurOrigin(origin)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://ci.example", "https://CI.example:443"})
    void pagesOfTheSiteMay(String origin) {
        assertThat(site.isOurOrigin(origin)).isTrue();
        assertThat(site.isOurOrigin("http://ci.example")).isFalse();
        assertThat(site.isOurOrigin("https://ci.example:8443")).isFalse();
    }
}
