/**
 * Programs that a job starts, and all that they start in turn: each in a session of its own, found again by session,
 * descent and a mark in the environment, and ended as a tree. On Linux by what the kernel shows under /proc; elsewhere by
 * what Java knows of processes.
 */
@NullMarked
package dev.penstock.agent.process;

import org.jspecify.annotations.NullMarked;
