/** Definitions of pipelines: kept in versions, checked as a whole, saved with everything that follows from them. */
@NullMarked
package dev.penstock.core.config;

import org.jspecify.annotations.NullMarked;
