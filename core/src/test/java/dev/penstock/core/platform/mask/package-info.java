@NullMarked
package dev.penstock.core.platform.mask;

import org.jspecify.annotations.NullMarked;
