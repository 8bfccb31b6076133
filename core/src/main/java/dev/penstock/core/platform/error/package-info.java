/** Failed requests: one exception with a stable code. */
@NullMarked
package dev.penstock.core.platform.error;

import org.jspecify.annotations.NullMarked;
