package dev.penstock.core.platform.xml;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads XML of strangers, one event after the other: without document types, entities, or anything that is somewhere else
 * (C-20); with limits on size and depth. The only user of an XML parser. One thread at a time.
 */
public final class XmlReader implements AutoCloseable {
    /** Deeper than any document that means something; a parser that recurses dies at some thousands. */
    private static final int MAX_DEPTH = 64;

    private static final XMLInputFactory FACTORY = factory();

    private final XMLStreamReader reader;
    private int depth;

    private XmlReader(XMLStreamReader reader) {
        this.reader = reader;
    }

    private static XMLInputFactory factory() {
        // The JDK's own, whatever else is on the class path.
        XMLInputFactory made = XMLInputFactory.newDefaultFactory();
        made.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        made.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        made.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        made.setProperty(XMLInputFactory.IS_COALESCING, false);
        made.setProperty("http://javax.xml.XMLConstants/property/accessExternalDTD", "");
        made.setProperty("http://javax.xml.XMLConstants/property/accessExternalSchema", "");
        made.setXMLResolver((_, _, _, _) -> {
            throw new XMLStreamException("nothing outside of the document is read");
        });
        return made;
    }

    /** What was met. */
    public enum Event {
        /** An element begins. */
        BEGIN,
        /** An element ends. */
        END,
        TEXT,
        /** The document is over. */
        DONE
    }

    /** What reads a document. */
    @FunctionalInterface
    public interface Body<T> {
        T read(XmlReader xml) throws XmlException;
    }

    /**
     * Reads a document. Whatever a parser may throw at hostile input comes out as an {@link XmlException}.
     *
     * @param maxBytes the most that is read
     */
    public static <T> T read(InputStream in, long maxBytes, Body<T> body) throws XmlException {
        try (var xml = new XmlReader(FACTORY.createXMLStreamReader(new Limited(in, maxBytes)))) {
            return body.read(xml);
        } catch (XMLStreamException e) {
            throw refused(e);
        } catch (StackOverflowError e) {
            throw new XmlException("it is nested too deeply", e);
        } catch (RuntimeException e) {
            // The JDK's parser throws several on input that is no XML at all.
            throw new XmlException("it is no XML", e);
        }
    }

    /** Goes on to the next event; comments and instructions are passed over. */
    public Event next() throws XmlException {
        try {
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        if (++depth > MAX_DEPTH) {
                            throw new XmlException("it is nested more than " + MAX_DEPTH + " deep" + place(), null);
                        }
                        return Event.BEGIN;
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        depth--;
                        return Event.END;
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
                        return Event.TEXT;
                    }
                    case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                        throw new XmlException("document types and entities are not read" + place(), null);
                    default -> {
                        // Comments and the like.
                    }
                }
            }
            return Event.DONE;
        } catch (XMLStreamException e) {
            throw refused(e);
        }
    }

    /** The name of the element that begins or ends, without a namespace. */
    public String name() {
        return reader.getLocalName();
    }

    /** An attribute of the element that begins; null when it has none of this name. */
    public @Nullable String attribute(String name) {
        return reader.getAttributeValue(null, name);
    }

    /** Adds the text that was met, as long as there is room. */
    public void addText(StringBuilder to, int most) {
        int room = Math.min(most - to.length(), reader.getTextLength());
        if (room > 0) {
            to.append(reader.getTextCharacters(), reader.getTextStart(), room);
        }
    }

    /** From 1 for the outermost element, while inside of it. */
    public int depth() {
        return depth;
    }

    private String place() {
        return " (line " + reader.getLocation().getLineNumber() + ")";
    }

    private static XmlException refused(XMLStreamException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof TooLongException) {
                return new XmlException("it has more than " + cause.getMessage() + " bytes", e);
            }
        }
        String line =
                e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNumber();
        return new XmlException("it is no well-formed XML" + line, e);
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (XMLStreamException _) {
            // It holds nothing but memory.
            return;
        }
    }

    private static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        private TooLongException(long most) {
            super(Long.toString(most));
        }
    }

    private static final class Limited extends FilterInputStream {
        private final long most;
        private long left;

        private Limited(InputStream in, long most) {
            super(in);
            this.most = most;
            this.left = most;
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            if (value >= 0) {
                counted(1);
            }
            return value;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = super.read(into, offset, length);
            return count < 0 ? count : counted(count);
        }

        private int counted(int count) throws IOException {
            left -= count;
            if (left < 0) {
                throw new TooLongException(most);
            }
            return count;
        }
    }
}
