/** Tests of the generator. */
@NullMarked
package io.tholepin.schemagenerator;

import org.jspecify.annotations.NullMarked;
