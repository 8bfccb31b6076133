@NullMarked
package dev.penstock.plugins.git;

import org.jspecify.annotations.NullMarked;
