@NullMarked
package dev.penstock.pluginhost;

import org.jspecify.annotations.NullMarked;
