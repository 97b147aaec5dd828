/** Tests of Kubernetes objects as data. */
@NullMarked
package io.tholepin.objects;

import org.jspecify.annotations.NullMarked;
