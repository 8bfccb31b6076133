/** Tests of patterns that people write. */
@NullMarked
package dev.penstock.core.platform.pattern;

import org.jspecify.annotations.NullMarked;
