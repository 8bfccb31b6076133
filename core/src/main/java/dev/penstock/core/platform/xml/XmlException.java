package dev.penstock.core.platform.xml;

import org.jspecify.annotations.Nullable;

/** A document that cannot be read; the message goes on from "cannot be read: ". */
public final class XmlException extends Exception {
    private static final long serialVersionUID = 1L;

    public XmlException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
