@NullMarked
package io.tholepin.launcher;

import org.jspecify.annotations.NullMarked;
