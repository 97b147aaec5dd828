@NullMarked
package io.tholepin.keyspace;

import org.jspecify.annotations.NullMarked;
