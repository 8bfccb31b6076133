@NullMarked
package dev.penstock.core.platform.worker;

import org.jspecify.annotations.NullMarked;
