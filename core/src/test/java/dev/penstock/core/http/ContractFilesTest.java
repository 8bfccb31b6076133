package dev.penstock.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ContractFilesTest {
    @Test
    void theFilesOfAllFeaturesMakeOneDocument() {
        Contract contract = ContractFiles.load();

        assertThat(contract.document()).containsKeys("openapi", "info", "paths", "components");
    }
}
