@NullMarked
package io.tholepin.replica;

import org.jspecify.annotations.NullMarked;
