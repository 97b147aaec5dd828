package io.tholepin.schemagenerator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.Descriptor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SchemaGeneratorTest {
    private static final String SOURCE = """
              public interface ThingOrBuilder extends
                  // @@protoc_insertion_point(interface_extends:a.b.Thing)
                /**
                 * <pre>
                 * Names &lt;of&gt; things,
                 * joined.
                 *
                 * TODO: more
                 * Second paragraph &#64;home.
                 * +optional
                 * +listType=map
                 * +listMapKey=name
                 * +listMapKey=port
                 * ---
                 * not shown
                 * </pre>
                 *
                 * <code>repeated string names = 3;</code>
                 */
                int getNamesCount();
                /**
                 * <code>optional bool bare = 4;</code>
                 */
              }
              /**
               * <pre>
               * Thing is a thing.
               * +structType=atomic
               * </pre>
               *
               * Protobuf type {@code a.b.Thing}
               */
            """;

    private static SourceComments comments() throws IOException {
        SourceComments comments = new SourceComments();
        comments.read(new BufferedReader(new StringReader(SOURCE)));
        return comments;
    }

    @Test
    void commentsOfFieldsAndTypesAreFound() throws IOException {
        SourceComments comments = comments();
        assertThat(comments.size()).isEqualTo(3);
        assertThat(comments.type("a.b.Thing").text()).isEqualTo("Thing is a thing.");
        assertThat(comments.type("a.b.Thing").has("structType=atomic")).isTrue();
        assertThat(comments.field("a.b.Thing", 4)).isEqualTo(Comment.NONE);
    }

    @Test
    void markersAreNoProse() throws IOException {
        Comment comment = comments().field("a.b.Thing", 3);
        assertThat(comment.text()).isEqualTo("Names <of> things, joined.\n\nSecond paragraph @home.");
        assertThat(comment.has("optional")).isTrue();
        assertThat(comment.value("listType")).isEqualTo("map");
        assertThat(comment.values("listMapKey")).containsExactly("name", "port");
        assertThat(comment.value("default")).isNull();
    }

    @Test
    void flagsOfGoFieldsAreRead() {
        GoFields go = GoFields.parse("# comment\n\na.B@ 1* 2!=$ref 3> 12*!z\na.C\n");
        assertThat(go.hasTypeMeta("a.B")).isTrue();
        assertThat(go.hasTypeMeta("a.C")).isFalse();
        assertThat(go.knows("a.C")).isTrue();
        assertThat(go.knows("a.D")).isFalse();
        assertThat(go.field("a.B", 1)).isEqualTo(new GoField(true, true, false, false, ""));
        assertThat(go.field("a.B", 2)).isEqualTo(new GoField(false, false, false, false, "$ref"));
        assertThat(go.field("a.B", 3).inlined()).isTrue();
        assertThat(go.field("a.B", 12)).isEqualTo(new GoField(true, false, true, false, ""));
        assertThat(go.field("a.B", 13)).isEqualTo(GoField.USUAL);
        assertThatThrownBy(() -> GoField.parse("?")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyStructOfGoIsInTheTable() throws IOException {
        GoFields go = GoFields.load();
        Set<String> unknown = SchemaGenerator.published().stream()
                .flatMap(file -> file.getMessageTypes().stream())
                .map(Descriptor::getFullName)
                .filter(name -> !go.knows(name))
                .collect(Collectors.toSet());
        // Lists and types with code of their own; none has a field whose zero could matter.
        assertThat(unknown)
                .containsExactlyInAnyOrder(
                        "k8s.io.apimachinery.pkg.api.resource.Quantity",
                        "k8s.io.apimachinery.pkg.api.resource.QuantityValue",
                        "k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime",
                        "k8s.io.apimachinery.pkg.apis.meta.v1.Patch",
                        "k8s.io.apimachinery.pkg.apis.meta.v1.Time",
                        "k8s.io.apimachinery.pkg.apis.meta.v1.Verbs",
                        "k8s.io.api.authentication.v1.ExtraValue",
                        "k8s.io.api.authorization.v1.ExtraValue",
                        "k8s.io.api.certificates.v1.ExtraValue",
                        "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus");
    }
}
