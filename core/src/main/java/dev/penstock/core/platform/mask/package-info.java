/** Secrets that got into text, made unreadable. */
@NullMarked
package dev.penstock.core.platform.mask;

import org.jspecify.annotations.NullMarked;
