/** Materials: what pipelines are made from, how new revisions of it are found, and who asks for a look. */
@NullMarked
package dev.penstock.core.material;

import org.jspecify.annotations.NullMarked;
