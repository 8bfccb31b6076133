/** Definitions to text: what these classes write, {@code config.parse} reads as the same definition. Pure. */
@NullMarked
package dev.penstock.core.config.write;

import org.jspecify.annotations.NullMarked;
