/** Patterns that people write, which must cost time in proportion to the text and no more. */
@NullMarked
package dev.penstock.core.platform.pattern;

import org.jspecify.annotations.NullMarked;
