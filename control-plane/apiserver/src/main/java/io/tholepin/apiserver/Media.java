package io.tholepin.apiserver;

/**
 * What the client wants the answer to be: an encoding and a shape.
 *
 * @param metaVersion version of {@code meta.k8s.io} that a table or metadata-only object is of: v1 or v1beta1
 * @param pretty indented JSON
 */
record Media(Encoding encoding, Shape shape, String metaVersion, boolean pretty) {
    /** Compact JSON of the object itself. */
    static final Media JSON = new Media(Encoding.JSON, Shape.OBJECT, "v1", false);

    /** How bytes look. */
    enum Encoding {
        JSON("application/json", "application/json"),
        YAML("application/yaml", ""),
        PROTOBUF("application/vnd.kubernetes.protobuf", "application/vnd.kubernetes.protobuf;stream=watch");

        private final String contentType;
        private final String streamType;

        Encoding(String contentType, String streamType) {
            this.contentType = contentType;
            this.streamType = streamType;
        }

        String contentType() {
            return contentType;
        }

        /** Content type of a watch, empty when there is no such stream. */
        String streamType() {
            return streamType;
        }
    }

    /** What is made of an object. */
    enum Shape {
        OBJECT,
        TABLE,
        /** {@code PartialObjectMetadata} of one object. */
        METADATA,
        METADATA_LIST
    }

    String metaApiVersion() {
        return "meta.k8s.io/" + metaVersion;
    }
}
