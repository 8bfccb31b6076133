@NullMarked
package dev.penstock.plugins.script;

import org.jspecify.annotations.NullMarked;
