package io.tholepin.apiserver;

import java.util.Map;

/**
 * What a write answers. The handler encodes it as negotiated (JSON, YAML, protobuf, Table, metadata only).
 *
 * @param code 200, 201 or 202
 * @param object the object, list or {@code Status} with kind and apiVersion; belongs to the handler from now on
 */
public record WriteResult(int code, Map<String, Object> object) {}
