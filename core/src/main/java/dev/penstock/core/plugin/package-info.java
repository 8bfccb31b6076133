/** The plugins of this server: which there are, what became of each jar, and the types that they offer. */
@NullMarked
package dev.penstock.core.plugin;

import org.jspecify.annotations.NullMarked;
