/** Files that must still be there after a loss of power, and the room that is left for them. */
@NullMarked
package dev.penstock.core.platform.disk;

import org.jspecify.annotations.NullMarked;
