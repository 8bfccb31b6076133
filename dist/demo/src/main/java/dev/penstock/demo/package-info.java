/**
 * The main job, shown on real parts: a server and two agents from their archives, a git server, a web application that a
 * commit brings to both machines. The end-to-end tests use the same parts.
 */
@NullMarked
package dev.penstock.demo;

import org.jspecify.annotations.NullMarked;
