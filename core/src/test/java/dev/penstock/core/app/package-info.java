@NullMarked
package dev.penstock.core.app;

import org.jspecify.annotations.NullMarked;
