@NullMarked
package io.tholepin.contracts;

import org.jspecify.annotations.NullMarked;
