/** Tests of definitions. */
@NullMarked
package dev.penstock.core.config;

import org.jspecify.annotations.NullMarked;
