/**
 * Text to definitions: our JSON and GoCD's YAML become one tree with places, which one reader turns into the model. Pure:
 * every mistake is found, and each knows its line and column.
 */
@NullMarked
package dev.penstock.core.config.parse;

import org.jspecify.annotations.NullMarked;
