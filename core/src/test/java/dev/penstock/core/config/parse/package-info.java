/** Tests of definitions. */
@NullMarked
package dev.penstock.core.config.parse;

import org.jspecify.annotations.NullMarked;
