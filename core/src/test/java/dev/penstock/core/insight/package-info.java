@NullMarked
package dev.penstock.core.insight;

import org.jspecify.annotations.NullMarked;
