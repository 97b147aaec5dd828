@NullMarked
package io.tholepin.apiserver;

import org.jspecify.annotations.NullMarked;
