/** Facts, in the order in which they became true: what streams and notifications read. */
@NullMarked
package dev.penstock.core.platform.event;

import org.jspecify.annotations.NullMarked;
