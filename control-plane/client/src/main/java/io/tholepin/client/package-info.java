@NullMarked
package io.tholepin.client;

import org.jspecify.annotations.NullMarked;
