/** Material types: where changes come from, and how an agent gets a revision of them. */
@NullMarked
package dev.penstock.plugin.material;

import org.jspecify.annotations.NullMarked;
