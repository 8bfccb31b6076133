package dev.penstock.core.artifact.report;

import dev.penstock.core.artifact.report.TestCase.Status;
import dev.penstock.core.platform.xml.XmlException;
import dev.penstock.core.platform.xml.XmlReader;
import dev.penstock.core.platform.xml.XmlReader.Event;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JUnit report as Surefire, Ant, Gradle, pytest, Jest and the others write it. Pure but for the stream. A test that
 * failed and then passed when it was run again (Surefire's {@code flakyFailure}) has passed, and says so.
 */
public final class JunitReport {
    /** The most that is read of one report (C-20). */
    static final long MAX_BYTES = 50L << 20;

    /** A name is shown in a line. */
    static final int MAX_NAME = 500;

    static final int MAX_MESSAGE = 2_000;

    /** A stack trace; what is longer is a log, and the report itself is among the artifacts. */
    static final int MAX_DETAIL = 16_000;

    private final XmlReader xml;
    private final Consumer<TestCase> cases;
    private final Deque<String> suites = new ArrayDeque<>();

    private JunitReport(XmlReader xml, Consumer<TestCase> cases) {
        this.xml = xml;
        this.cases = cases;
    }

    /**
     * Reads a report, and hands over its tests one after the other.
     *
     * @return false when the document is XML and no report
     * @throws XmlException when it cannot be read; what was handed over before is then good all the same
     */
    public static boolean read(InputStream in, Consumer<TestCase> cases) throws XmlException {
        return XmlReader.read(in, MAX_BYTES, xml -> new JunitReport(xml, cases).document());
    }

    private boolean document() throws XmlException {
        for (Event event = xml.next(); event != Event.DONE; event = xml.next()) {
            switch (event) {
                case BEGIN -> {
                    String name = xml.name();
                    if (xml.depth() == 1 && !name.equals("testsuites") && !name.equals("testsuite")) {
                        return false;
                    }
                    if (name.equals("testsuite") || name.equals("testsuites")) {
                        suites.push(text(xml.attribute("name"), MAX_NAME));
                    } else if (name.equals("testcase")) {
                        cases.accept(testCase());
                    } else {
                        skip();
                    }
                }
                case END -> suites.poll();
                case TEXT, DONE -> {}
            }
        }
        return true;
    }

    /** From the beginning of a test to its end. */
    private TestCase testCase() throws XmlException {
        String suite = text(xml.attribute("classname"), MAX_NAME);
        if (suite.isEmpty()) {
            suite = suites.stream().filter(name -> !name.isEmpty()).findFirst().orElse("");
        }
        String name = text(xml.attribute("name"), MAX_NAME);
        double seconds = seconds(xml.attribute("time"));
        int depth = xml.depth();
        var outcome = new Outcome();
        for (Event event = xml.next(); event != Event.DONE; event = xml.next()) {
            if (event == Event.END && xml.depth() < depth) {
                break;
            }
            if (event == Event.BEGIN) {
                child(outcome);
            }
        }
        return new TestCase(suite, name, outcome.status, seconds, outcome.message(), outcome.detail);
    }

    private void child(Outcome outcome) throws XmlException {
        switch (xml.name()) {
            case "failure" -> outcome.add(Status.FAILED, what(), body());
            case "error" -> outcome.add(Status.ERROR, what(), body());
            case "skipped", "disabled" -> outcome.add(Status.SKIPPED, what(), body());
            case "flakyFailure", "flakyError" -> {
                outcome.flaky++;
                skip();
            }
            // Output, properties, and the failures of further tries, which the first one stands for.
            default -> skip();
        }
    }

    /** What an element says in its attributes. */
    private String what() {
        String message = text(xml.attribute("message"), MAX_MESSAGE);
        return message.isEmpty() ? text(xml.attribute("type"), MAX_MESSAGE) : message;
    }

    /** The text of an element that has begun, to its end. */
    private String body() throws XmlException {
        var text = new StringBuilder();
        int depth = xml.depth();
        for (Event event = xml.next(); event != Event.DONE; event = xml.next()) {
            if (event == Event.END && xml.depth() < depth) {
                break;
            }
            if (event == Event.TEXT) {
                xml.addText(text, MAX_DETAIL);
            }
        }
        return text(text.toString().strip(), MAX_DETAIL);
    }

    private void skip() throws XmlException {
        int depth = xml.depth();
        for (Event event = xml.next(); event != Event.DONE; event = xml.next()) {
            if (event == Event.END && xml.depth() < depth) {
                return;
            }
        }
    }

    /** A number of seconds as somebody wrote it; 0 when it is none. */
    static double seconds(@Nullable String text) {
        if (text == null || text.length() > 40) {
            return 0;
        }
        try {
            double seconds = Double.parseDouble(text.replace(",", "").strip());
            return seconds >= 0 && seconds < 1e9 ? seconds : 0;
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /** Without what the database cannot hold, and no longer than allowed. */
    static String text(@Nullable String text, int most) {
        if (text == null) {
            return "";
        }
        String whole = text.indexOf('\0') < 0 ? text : text.replace('\0', ' ');
        if (whole.length() <= most) {
            return whole;
        }
        int end = Character.isHighSurrogate(whole.charAt(most - 1)) ? most - 1 : most;
        return whole.substring(0, end);
    }

    /** What the elements of a test say together: the first bad one counts. */
    private static final class Outcome {
        private Status status = Status.PASSED;
        private @Nullable String message;
        private @Nullable String detail;
        private int flaky;

        private void add(Status next, String what, String body) {
            boolean counts = status == Status.PASSED || (status == Status.SKIPPED && next.isBad());
            if (counts) {
                status = next;
                String first = body.lines().findFirst().orElse("");
                message = what.isEmpty() ? text(first, MAX_MESSAGE) : what;
                detail = body.isEmpty() ? null : body;
            }
        }

        private @Nullable String message() {
            if (status == Status.PASSED && flaky > 0) {
                return "Passed when it was run again, after " + flaky + (flaky == 1 ? " failure" : " failures");
            }
            return message == null || message.isEmpty() ? null : message;
        }
    }
}
