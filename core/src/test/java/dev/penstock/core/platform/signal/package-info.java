@NullMarked
package dev.penstock.core.platform.signal;

import org.jspecify.annotations.NullMarked;
