package dev.penstock.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ContractFilesTest {
    @Test
    void theFilesOfAllFeaturesMakeOneDocument() {
        assertThat(ContractFiles.document()).containsKeys("openapi", "info", "paths", "components");
    }
}
