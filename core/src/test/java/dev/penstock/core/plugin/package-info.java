/** Tests of plugins with real jars. */
@NullMarked
package dev.penstock.core.plugin;

import org.jspecify.annotations.NullMarked;
