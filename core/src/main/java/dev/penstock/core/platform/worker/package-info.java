/** Work that goes on by itself: one kind of loop, started and stopped in one way. */
@NullMarked
package dev.penstock.core.platform.worker;

import org.jspecify.annotations.NullMarked;
