/**
 * Kubernetes objects as data. An object is a JSON tree ({@link io.tholepin.objects.Json}) whose types come from the
 * schema pack ({@link io.tholepin.objects.SchemaPack}), never generated classes. Around that: protobuf, defaults,
 * validation, patches, tables, OpenAPI and discovery documents.
 *
 * <p>Start with {@link io.tholepin.objects.BuiltInResources} for what is served and
 * {@link io.tholepin.objects.SchemaPack} for how it looks. Nothing here does I/O beyond reading its own resources,
 * reads a clock, or starts a thread; trees belong to the caller that holds them, everything else is immutable.
 */
@NullMarked
package io.tholepin.objects;

import org.jspecify.annotations.NullMarked;
