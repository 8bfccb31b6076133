/** Tests of secrets at rest. */
@NullMarked
package dev.penstock.core.secret;

import org.jspecify.annotations.NullMarked;
