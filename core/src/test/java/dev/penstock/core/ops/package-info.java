@NullMarked
package dev.penstock.core.ops;

import org.jspecify.annotations.NullMarked;
