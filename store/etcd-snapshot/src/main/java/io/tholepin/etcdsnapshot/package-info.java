/**
 * etcd's snapshot files: a bbolt database and a SHA-256 trailer.
 *
 * <p>Start with {@link io.tholepin.etcdsnapshot.EtcdSnapshot}. {@code SnapshotImage} reads the buckets of etcd's schema
 * as a store's image and {@code ImageWriter} writes one. Below them and free of etcd's schema is the file format:
 * {@code BoltFile}, {@code BoltBucket}, {@code BoltPage} and {@code BoltCursor} read, {@code BoltWriter},
 * {@code BoltTree} and {@code PageAppender} write. {@code EtcdRecords} and {@code MemberJson} know how values are
 * encoded. Nothing here is shared between threads.
 */
@NullMarked
package io.tholepin.etcdsnapshot;

import org.jspecify.annotations.NullMarked;
