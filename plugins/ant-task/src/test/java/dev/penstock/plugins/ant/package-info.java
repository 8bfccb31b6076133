@NullMarked
package dev.penstock.plugins.ant;

import org.jspecify.annotations.NullMarked;
