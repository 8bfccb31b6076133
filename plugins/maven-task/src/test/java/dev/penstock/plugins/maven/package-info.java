@NullMarked
package dev.penstock.plugins.maven;

import org.jspecify.annotations.NullMarked;
