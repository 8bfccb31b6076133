/** Tests of definitions. */
@NullMarked
package dev.penstock.core.config.write;

import org.jspecify.annotations.NullMarked;
