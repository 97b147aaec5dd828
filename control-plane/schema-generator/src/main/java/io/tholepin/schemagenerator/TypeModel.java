package io.tholepin.schemagenerator;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.List;

/** A message type as the pack tells it. */
record TypeModel(String name, String special, boolean atomic, boolean typeMeta, List<FieldModel> fields, String doc) {

    static TypeModel of(Descriptor type, GoFields go, SourceComments comments) {
        String name = type.getFullName();
        Comment comment = comments.type(name);
        return new TypeModel(
                name,
                special(type),
                comment.has("structType=atomic") || comment.has("mapType=atomic"),
                go.hasTypeMeta(name),
                type.getFields().stream()
                        .map(field -> FieldModel.of(
                                field, go.field(name, field.getNumber()), comments.field(name, field.getNumber())))
                        .toList(),
                comment.text());
    }

    private static String special(Descriptor type) {
        return switch (type.getFullName()) {
            case "k8s.io.apimachinery.pkg.apis.meta.v1.Time" -> "TIME";
            case "k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime" -> "MICRO_TIME";
            case "k8s.io.apimachinery.pkg.apis.meta.v1.Duration" -> "DURATION";
            case "k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1" -> "FIELDS_V1";
            case "k8s.io.apimachinery.pkg.api.resource.Quantity" -> "QUANTITY";
            case "k8s.io.apimachinery.pkg.util.intstr.IntOrString" -> "INT_OR_STRING";
            case "k8s.io.apimachinery.pkg.runtime.RawExtension" -> "RAW_EXTENSION";
            case "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSON" -> "JSON";
            case "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray" ->
                "JSON_SCHEMA_OR_ARRAY";
            case "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool" ->
                "JSON_SCHEMA_OR_BOOL";
            case "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray" ->
                "JSON_SCHEMA_OR_STRING_ARRAY";
            default -> wrapsStrings(type) ? "STRING_LIST" : "NONE";
        };
    }

    private static boolean wrapsStrings(Descriptor type) {
        if (type.getFields().size() != 1) {
            return false;
        }
        FieldDescriptor only = type.getFields().getFirst();
        return only.getName().equals("items") && only.isRepeated() && only.getType() == FieldDescriptor.Type.STRING;
    }
}
