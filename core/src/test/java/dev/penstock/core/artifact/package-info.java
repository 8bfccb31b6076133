@NullMarked
package dev.penstock.core.artifact;

import org.jspecify.annotations.NullMarked;
