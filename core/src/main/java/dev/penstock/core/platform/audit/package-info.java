/** Who did what: written in the transaction of the change, so that there is no change without its entry. */
@NullMarked
package dev.penstock.core.platform.audit;

import org.jspecify.annotations.NullMarked;
