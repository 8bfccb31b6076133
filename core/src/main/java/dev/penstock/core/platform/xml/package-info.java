/** The one place where XML is read. */
@NullMarked
package dev.penstock.core.platform.xml;

import org.jspecify.annotations.NullMarked;
