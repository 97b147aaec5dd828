/**
 * Build-time only: turns the protobuf descriptors of Kubernetes' types, the comments of their sources and a table of
 * what Go's struct tags say into the schema pack that {@code objects} carries. Start with {@link
 * io.tholepin.schemagenerator.SchemaGenerator}.
 */
@NullMarked
package io.tholepin.schemagenerator;

import org.jspecify.annotations.NullMarked;
