package sample;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WebTest {
    @Test
    void saysItsVersion() throws Exception {
        assertTrue(Web.greeting().startsWith("springboard version "));
    }
}
