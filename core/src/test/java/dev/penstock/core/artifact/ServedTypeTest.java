package dev.penstock.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServedTypeTest {

    @ParameterizedTest
    @ValueSource(strings = {"index.html", "a/x.svg", "x.htm", "x.js", "x.pdf", "x", "txt", "x.png.exe", "x.swf"})
    void whatMayRunIsADownload(String path) {
        assertThat(ServedType.of(path)).isEqualTo(new ServedType("application/octet-stream", false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"build.log", "REPORT.XML", "a/b/data.json", "Main.java"})
    void textIsShownAsText(String path) {
        assertThat(ServedType.of(path)).isEqualTo(new ServedType("text/plain; charset=utf-8", true));
    }

    @Test
    void namesInHeadersAreEncoded() {
        assertThat(ServedType.of("a/Bericht \"ü\"\r\n.bin").disposition("a/Bericht \"ü\"\r\n.bin"))
                .isEqualTo(
                        "attachment; filename=\"Bericht _____.bin\"; filename*=UTF-8''Bericht%20%22%C3%BC%22%0D%0A.bin");
    }
}
