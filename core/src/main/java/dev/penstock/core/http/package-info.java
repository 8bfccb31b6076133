/** What every resource needs of HTTP: access rules, problems, paging, events, the API's contract. */
@NullMarked
package dev.penstock.core.http;

import org.jspecify.annotations.NullMarked;
