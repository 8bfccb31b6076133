package dev.penstock.core.material;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HookKindTest {
    private static final String SECRET = "It's a Secret to Everybody";
    private static final byte[] BODY = "Hello, World!".getBytes(UTF_8);

    /** The example in GitHub's documentation. */
    private static final String HMAC = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    private static boolean proved(HookKind kind, String header, String value) {
        return kind.isProved(SECRET, Map.of(header, value)::get, BODY);
    }

    @Test
    void gitHubSignsTheBody() {
        assertThat(proved(HookKind.GITHUB, "X-Hub-Signature-256", "sha256=" + HMAC))
                .isTrue();
    }

    @Test
    void giteaSignsWithoutAPrefix() {
        assertThat(proved(HookKind.GITEA, "X-Gitea-Signature", HMAC)).isTrue();
        assertThat(proved(HookKind.GITEA, "X-Forgejo-Signature", HMAC)).isTrue();
    }

    @Test
    void bitbucketSignsUnderTheShorterName() {
        assertThat(proved(HookKind.BITBUCKET, "X-Hub-Signature", "sha256=" + HMAC))
                .isTrue();
    }

    @Test
    void gitLabSendsTheSecret() {
        assertThat(proved(HookKind.GITLAB, "X-Gitlab-Token", SECRET)).isTrue();
        assertThat(proved(HookKind.GITLAB, "X-Gitlab-Token", SECRET + " ")).isFalse();
    }

    @Test
    void nothingElseIsAProof() {
        String wrong = HMAC.substring(0, 63) + "8";

        assertThat(HookKind.GITHUB.isProved(SECRET, _ -> null, BODY)).isFalse();
        assertThat(HookKind.GITLAB.isProved(SECRET, _ -> null, BODY)).isFalse();
        assertThat(proved(HookKind.GITHUB, "X-Hub-Signature-256", "sha256=" + wrong))
                .isFalse();
        assertThat(proved(HookKind.GITHUB, "X-Hub-Signature-256", "sha256=")).isFalse();
        assertThat(proved(HookKind.GITHUB, "X-Hub-Signature-256", "sha256=zz")).isFalse();
        assertThat(proved(HookKind.GITHUB, "X-Hub-Signature", "sha1=" + HMAC)).isFalse();
        assertThat(proved(HookKind.BITBUCKET, "X-Hub-Signature-256", "sha256=" + HMAC))
                .isFalse();
    }

    @Test
    void aDeliveryIsKnownByItsIdOrElseByItsBody() {
        String byId = HookKind.GITHUB.delivery(Map.of("X-GitHub-Delivery", "1")::get, BODY);

        assertThat(HookKind.GITHUB.delivery(Map.of("X-GitHub-Delivery", "1")::get, new byte[0]))
                .isEqualTo(byId);
        assertThat(HookKind.GITHUB.delivery(Map.of("X-GitHub-Delivery", "2")::get, BODY))
                .isNotEqualTo(byId);
        assertThat(HookKind.GITHUB.delivery(_ -> null, BODY))
                .isNotEqualTo(HookKind.GITHUB.delivery(_ -> null, new byte[0]));
    }
}
