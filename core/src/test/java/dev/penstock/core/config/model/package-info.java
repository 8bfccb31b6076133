/** Tests of definitions. */
@NullMarked
package dev.penstock.core.config.model;

import org.jspecify.annotations.NullMarked;
