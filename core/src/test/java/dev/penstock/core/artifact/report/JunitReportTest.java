package dev.penstock.core.artifact.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.artifact.report.TestCase.Status;
import dev.penstock.core.platform.xml.XmlException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JunitReportTest {

    @Test
    void readsWhatSurefireWrites() throws XmlException {
        var cases = read("""
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuite name="sample.WebTest" time="1.5" tests="4" errors="1" skipped="1" failures="1">
                  <properties><property name="java.version" value="25"/></properties>
                  <testcase name="answers" classname="sample.WebTest" time="0.012"/>
                  <testcase name="counts" classname="sample.WebTest" time="1,234.5">
                    <failure message="expected: &lt;1&gt; but was: &lt;2&gt;" type="AssertionError"><![CDATA[
                AssertionError: expected
                	at sample.WebTest.counts(WebTest.java:12)]]></failure>
                    <system-out>noise</system-out>
                  </testcase>
                  <testcase name="starts" classname="sample.WebTest" time="0">
                    <error type="java.lang.NullPointerException">java.lang.NullPointerException
                	at x</error>
                  </testcase>
                  <testcase name="later" classname="sample.WebTest"><skipped message="not yet"/></testcase>
                </testsuite>
                """);

        assertThat(cases)
                .extracting(TestCase::status)
                .containsExactly(Status.PASSED, Status.FAILED, Status.ERROR, Status.SKIPPED);
        assertThat(cases)
                .extracting(TestCase::message)
                .containsExactly(null, "expected: <1> but was: <2>", "java.lang.NullPointerException", "not yet");
        assertThat(cases.get(1).seconds()).isEqualTo(1234.5);
        assertThat(cases.get(1).detail()).startsWith("AssertionError: expected").endsWith("(WebTest.java:12)");
    }

    @Test
    void takesTheSuiteWhereThereIsNoClass() throws XmlException {
        var cases = read("<testsuites name='all'><testsuite name='unit'><testsuite name=''>"
                + "<testcase name='a'/></testsuite></testsuite><testcase name='b'/></testsuites>");

        assertThat(cases).extracting(TestCase::suite).containsExactly("unit", "all");
    }

    @Test
    void aTestThatPassedWhenItWasRunAgainHasPassed() throws XmlException {
        var cases = read("""
                <testsuite name="s">
                  <testcase name="flaky" time="0.1">
                    <flakyFailure message="once" type="E"><stackTrace>trace</stackTrace></flakyFailure>
                    <flakyError message="twice" type="E"/>
                  </testcase>
                  <testcase name="broken" time="0.1">
                    <failure message="first">one</failure>
                    <rerunFailure message="second"><stackTrace>two</stackTrace></rerunFailure>
                  </testcase>
                </testsuite>
                """);

        assertThat(cases.get(0).status()).isEqualTo(Status.PASSED);
        assertThat(cases.get(0).message()).isEqualTo("Passed when it was run again, after 2 failures");
        assertThat(cases.get(1).status()).isEqualTo(Status.FAILED);
        assertThat(cases.get(1).message()).isEqualTo("first");
    }

    @Test
    void passesOverXmlThatIsNoReport() throws XmlException {
        assertThat(JunitReport.read(stream("<coverage><line/></coverage>"), _ -> {}))
                .isFalse();
    }

    @Test
    void readsNoEntityFromAnywhere() {
        assertThatThrownBy(() -> read("<!DOCTYPE t [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
                        + "<testsuite name='a'><testcase name='t'><failure>&x;</failure></testcase></testsuite>"))
                .isInstanceOf(XmlException.class);
        assertThatThrownBy(
                        () -> read("<!DOCTYPE t SYSTEM 'http://127.0.0.1:1/x.dtd'><testsuite>&undefined;</testsuite>"))
                .isInstanceOf(XmlException.class);
    }

    @Test
    void expandsNoBomb() {
        var bomb = new StringBuilder("<!DOCTYPE t [<!ENTITY a0 'ha'>");
        for (int i = 1; i < 30; i++) {
            bomb.append("<!ENTITY a")
                    .append(i)
                    .append(" '&a")
                    .append(i - 1)
                    .append(";&a")
                    .append(i - 1)
                    .append(";'>");
        }
        bomb.append("]><testsuite name='&a29;'/>");

        assertThatThrownBy(() -> read(bomb.toString())).isInstanceOf(XmlException.class);
    }

    @Test
    void refusesDeepNestingWithoutDying() {
        String deep = "<testsuite>".repeat(200_000);

        assertThatThrownBy(() -> read(deep)).isInstanceOf(XmlException.class).hasMessageContaining("64 deep");
    }

    @Test
    void refusesLargeReportsWithoutReadingThemAll() {
        var endless = new java.io.InputStream() {
            private final byte[] head = "<testsuite><testcase name='".getBytes(StandardCharsets.UTF_8);
            private long read;

            @Override
            public int read() {
                read++;
                return read <= head.length ? head[(int) read - 1] : 'x';
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                for (int i = 0; i < length; i++) {
                    into[offset + i] = (byte) read();
                }
                return length;
            }
        };

        assertThatThrownBy(() -> JunitReport.read(endless, _ -> {}))
                .isInstanceOf(XmlException.class)
                .satisfies(_ -> assertThat(endless.read).isLessThan(JunitReport.MAX_BYTES + 1_000_000));
    }

    @Test
    void tellsTheLineOfWhatIsNotWellFormed() {
        assertThatThrownBy(() -> read("<testsuite>\n<testcase name='a'>\n</testsuite>"))
                .isInstanceOf(XmlException.class)
                .hasMessageContaining("line 3");
    }

    @Test
    void longTextsAreCutAndStayWhole() throws XmlException {
        String message = "𝄞".repeat(5_000);
        var cases = read("<testsuite><testcase name='a'><failure message='" + message + "'>" + message
                + "</failure></testcase></testsuite>");

        assertThat(cases.getFirst().message()).hasSize(JunitReport.MAX_MESSAGE).endsWith("𝄞");
        assertThat(cases.getFirst().detail())
                .hasSizeLessThanOrEqualTo(JunitReport.MAX_DETAIL)
                .endsWith("𝄞");
    }

    @Test
    void timesThatAreNoneAreZero() {
        assertThat(JunitReport.seconds("NaN")).isZero();
        assertThat(JunitReport.seconds("-1")).isZero();
        assertThat(JunitReport.seconds("Infinity")).isZero();
        assertThat(JunitReport.seconds("soon")).isZero();
        assertThat(JunitReport.seconds("1e3")).isEqualTo(1000);
    }

    @Test
    void changedBytesAreReadOrRefusedAndNothingElse() {
        byte[] good = """
                <testsuites><testsuite name="s"><testcase name="a" time="1"><failure message="m">x</failure></testcase>
                <!-- c --><?pi x?><testcase name="b"><skipped/></testcase></testsuite></testsuites>
                """.getBytes(StandardCharsets.UTF_8);
        var random = new Random(42);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good.clone();
            for (int change = 0; change <= random.nextInt(4); change++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                JunitReport.read(
                        new ByteArrayInputStream(bytes),
                        test -> assertThat(test.name()).isNotNull());
            } catch (XmlException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    private static List<TestCase> read(String xml) throws XmlException {
        var cases = new ArrayList<TestCase>();
        assertThat(JunitReport.read(stream(xml), cases::add)).isTrue();
        return cases;
    }

    private static ByteArrayInputStream stream(String xml) {
        return new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8));
    }
}
