/** The one JSON form of the API and of stored documents. */
@NullMarked
package dev.penstock.core.platform.json;

import org.jspecify.annotations.NullMarked;
