/** Secrets at rest, and the values that must not be shown. */
@NullMarked
package dev.penstock.core.secret;

import org.jspecify.annotations.NullMarked;
