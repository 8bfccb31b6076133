@NullMarked
package dev.penstock.core.artifact.report;

import org.jspecify.annotations.NullMarked;
