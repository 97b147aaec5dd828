package io.tholepin.benchmarks;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/** The methods of etcd's v3 services that the benchmarks call. */
enum GrpcMethod {
    PUT("/etcdserverpb.KV/Put"),
    RANGE("/etcdserverpb.KV/Range"),
    TXN("/etcdserverpb.KV/Txn"),
    COMPACT("/etcdserverpb.KV/Compact"),
    WATCH("/etcdserverpb.Watch/Watch"),
    STATUS("/etcdserverpb.Maintenance/Status"),
    DEFRAGMENT("/etcdserverpb.Maintenance/Defragment"),
    SNAPSHOT("/etcdserverpb.Maintenance/Snapshot");

    private final AsciiString path;

    GrpcMethod(String path) {
        this.path = AsciiString.cached(path);
    }

    /** Request headers, made once for each connection and method. */
    Http2Headers headers(String authority) {
        return new DefaultHttp2Headers(false, 8)
                .method(AsciiString.cached("POST"))
                .scheme(AsciiString.cached("http"))
                .path(path)
                .authority(AsciiString.cached(authority))
                .set(AsciiString.cached("te"), AsciiString.cached("trailers"))
                .set(AsciiString.cached("content-type"), AsciiString.cached("application/grpc"))
                .set(AsciiString.cached("user-agent"), AsciiString.cached("tholepin-benchmarks"));
    }
}
