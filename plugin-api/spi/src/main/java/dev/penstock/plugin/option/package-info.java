/** Options described as data, from which the API, the UI, definitions as code and documentation are all made. */
@NullMarked
package dev.penstock.plugin.option;

import org.jspecify.annotations.NullMarked;
