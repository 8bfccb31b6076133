package dev.penstock.agent.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An agent asks to be known. Sent again at each start: facts such as the host name follow it.
 *
 * @param assertion a JWT signed with the agent's own key (ES256), whose header carries the public key as {@code jwk};
 *     {@code typ} {@link Protocol#ASSERTION_TYPE}, {@code sub} the agent's UUID, {@code aud}
 *     {@link Protocol#ASSERTION_AUDIENCE}, {@code iat}, {@code exp} at most 60 s later, a random {@code jti}
 * @param autoRegisterKey enables the agent without a person; null to wait for one
 * @param resources asked for together with the key; ignored without one
 * @param environments likewise
 */
public record RegistrationRequest(
        int protocolVersion,
        String assertion,
        AgentFacts facts,
        @Nullable String autoRegisterKey,
        List<String> resources,
        List<String> environments) {

    public RegistrationRequest {
        resources = Copies.of(resources);
        environments = Copies.of(environments);
    }
}
