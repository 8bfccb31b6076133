@NullMarked
package dev.penstock.core.material;

import org.jspecify.annotations.NullMarked;
