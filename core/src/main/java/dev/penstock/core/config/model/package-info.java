/** Definitions of pipelines as immutable values. Pure: no input, output or clock. */
@NullMarked
package dev.penstock.core.config.model;

import org.jspecify.annotations.NullMarked;
