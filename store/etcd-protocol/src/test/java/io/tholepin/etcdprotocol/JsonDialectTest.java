package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tholepin.etcdwire.etcdserverpb.AlarmMember;
import io.tholepin.etcdwire.etcdserverpb.AlarmType;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrantRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrantResponse;
import io.tholepin.etcdwire.etcdserverpb.Member;
import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.etcdwire.etcdserverpb.ResponseHeader;
import io.tholepin.etcdwire.mvccpb.KeyValue;
import org.junit.jupiter.api.Test;

class JsonDialectTest {
    @Test
    void answersHaveOriginalNamesTextNumbersAndNoZeros() {
        RangeResponse response = RangeResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setClusterId(-1).setRevision(12))
                .addKvs(KeyValue.newBuilder()
                        .setKey(ByteString.copyFromUtf8("foo?>"))
                        .setCreateRevision(2)
                        .setVersion(1))
                .setCount(1)
                .build();
        assertThat(JsonDialect.write(response))
                .isEqualTo("{\"header\":{\"cluster_id\":\"18446744073709551615\",\"revision\":\"12\"},"
                        + "\"kvs\":[{\"key\":\"Zm9vPz4=\",\"create_revision\":\"2\",\"version\":\"1\"}],"
                        + "\"count\":\"1\"}");
        assertThat(JsonDialect.write(RangeResponse.getDefaultInstance())).isEqualTo("{}");
    }

    @Test
    void namesInCapitalsStayAndEnumsAreNamed() {
        LeaseGrantResponse lease =
                LeaseGrantResponse.newBuilder().setID(7).setTTL(60).build();
        assertThat(JsonDialect.write(lease)).isEqualTo("{\"ID\":\"7\",\"TTL\":\"60\"}");
        AlarmMember alarm = AlarmMember.newBuilder()
                .setMemberID(1)
                .setAlarm(AlarmType.NOSPACE)
                .build();
        assertThat(JsonDialect.write(alarm)).isEqualTo("{\"memberID\":\"1\",\"alarm\":\"NOSPACE\"}");
        Member member =
                Member.newBuilder().addPeerURLs("http://a").setIsLearner(true).build();
        assertThat(JsonDialect.write(member)).isEqualTo("{\"peerURLs\":[\"http://a\"],\"isLearner\":true}");
    }

    @Test
    void requestsMayBeSpelledEitherWay() throws Exception {
        RangeRequest expected = RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("foo"))
                .setRangeEnd(ByteString.copyFromUtf8("fop"))
                .setLimit(5)
                .setSortOrder(RangeRequest.SortOrder.DESCEND)
                .build();
        RangeRequest prototype = RangeRequest.getDefaultInstance();
        assertThat(JsonDialect.read(
                        "{\"key\":\"Zm9v\",\"range_end\":\"Zm9w\",\"limit\":\"5\",\"sort_order\":\"DESCEND\"}",
                        prototype))
                .isEqualTo(expected);
        assertThat(JsonDialect.read(
                        "{\"key\":\"Zm9v\",\"rangeEnd\":\"Zm9w\",\"limit\":5,\"sortOrder\":2,\"unknown\":[1]}",
                        prototype))
                .isEqualTo(expected);
        assertThat(JsonDialect.read("  ", prototype)).isEqualTo(prototype);
        assertThat(JsonDialect.read("{\"TTL\":60,\"ID\":\"7\"}", LeaseGrantRequest.getDefaultInstance()))
                .isEqualTo(LeaseGrantRequest.newBuilder().setTTL(60).setID(7).build());
        assertThatThrownBy(() -> JsonDialect.read("{\"limit\":\"five\"}", prototype))
                .isInstanceOf(InvalidProtocolBufferException.class);
        assertThatThrownBy(() -> JsonDialect.read("{", prototype)).isInstanceOf(InvalidProtocolBufferException.class);
    }

    @Test
    void aRowOfObjectsIsSplit() throws Exception {
        assertThat(JsonDialect.split("")).isEmpty();
        assertThat(JsonDialect.split("{\"a\":{\"b\":\"}\\\"{\"}}\n {}{\"c\":1}\n"))
                .containsExactly("{\"a\":{\"b\":\"}\\\"{\"}}", "{}", "{\"c\":1}");
        for (String wrong : new String[] {"{", "}", "{}}", "[{}]", "x", "\"a\"", "{}, {}"}) {
            assertThatThrownBy(() -> JsonDialect.split(wrong))
                    .as(wrong)
                    .isInstanceOf(InvalidProtocolBufferException.class);
        }
    }

    @Test
    void textIsEscaped() {
        assertThat(JsonDialect.escape("a\"b\\c\nd")).isEqualTo("a\\\"b\\\\c\\u000ad");
    }

    @Test
    void whatCannotBeReadIsToldWithoutNamesOfClasses() {
        RangeRequest range = RangeRequest.getDefaultInstance();
        assertThatThrownBy(() -> JsonDialect.read("{", range)).hasMessage("unexpected EOF");
        for (String malformed : new String[] {"{\"key\":\"no base64\"}", "{\"key\":5}", "[1]", "{\"limit\":1.5}"}) {
            assertThatThrownBy(() -> JsonDialect.read(malformed, range))
                    .isInstanceOf(InvalidProtocolBufferException.class)
                    .message()
                    .startsWith("proto: ")
                    .doesNotContain("Exception");
        }
    }
}
