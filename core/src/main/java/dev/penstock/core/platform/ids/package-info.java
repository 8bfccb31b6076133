/** Identities, one record per noun, so that the compiler tells them apart. */
@NullMarked
package dev.penstock.core.platform.ids;

import org.jspecify.annotations.NullMarked;
