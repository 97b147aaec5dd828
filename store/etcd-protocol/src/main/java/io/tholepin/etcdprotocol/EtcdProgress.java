package io.tholepin.etcdprotocol;

/**
 * Whether an etcd's watches can tell how fresh they are, which is what lists from a cache rest on.
 *
 * @param trusted whether every endpoint's version is one that does it right
 * @param why which endpoints do not, with version and what was expected; empty when trusted
 */
public record EtcdProgress(boolean trusted, String why) {}
