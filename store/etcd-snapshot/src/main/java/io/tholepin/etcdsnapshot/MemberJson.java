package io.tholepin.etcdsnapshot;

import io.tholepin.kv.ClusterMember;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A member and the voting configuration as etcd keeps them: JSON. Source: membership.Member, raftpb.ConfState. */
final class MemberJson {
    private MemberJson() {}

    /** Key of a member, also of a removed one: its id in hexadecimal without leading zeros. */
    static String key(long id) {
        return Long.toHexString(id);
    }

    static long id(String where, String key) throws IOException {
        try {
            return Long.parseUnsignedLong(key, 16);
        } catch (NumberFormatException e) {
            throw BoltFormat.corrupt(where, "id", key, "up to 16 hexadecimal digits");
        }
    }

    static ClusterMember read(String where, long id, String text) throws IOException {
        if (!(Json.parse(where, text) instanceof Json.Members(Map<String, Json> fields))) {
            throw BoltFormat.corrupt(where, "member", text, "a JSON object");
        }
        return new ClusterMember(
                id,
                fields.get("name") instanceof Json.Text(String name) ? name : "",
                texts(fields.get("peerURLs")),
                texts(fields.get("clientURLs")),
                new Json.Word("true").equals(fields.get("isLearner")));
    }

    private static List<String> texts(@Nullable Json value) {
        List<String> texts = new ArrayList<>();
        if (value instanceof Json.Elements(List<Json> elements)) {
            for (Json element : elements) {
                if (element instanceof Json.Text(String text)) {
                    texts.add(text);
                }
            }
        }
        return texts;
    }

    static String write(ClusterMember member) {
        StringBuilder out = new StringBuilder("{\"id\":").append(Long.toUnsignedString(member.id()));
        out.append(",\"peerURLs\":").append(array(member.peerUrls()));
        if (member.learner()) {
            out.append(",\"isLearner\":true");
        }
        if (!member.name().isEmpty()) {
            out.append(",\"name\":").append(Json.quote(member.name()));
        }
        if (!member.clientUrls().isEmpty()) {
            out.append(",\"clientURLs\":").append(array(member.clientUrls()));
        }
        return out.append('}').toString();
    }

    static String confState(List<ClusterMember> members) {
        StringBuilder out = new StringBuilder("{");
        ids(out, "voters", members, false);
        ids(out, "learners", members, true);
        return out.append("\"auto_leave\":false}").toString();
    }

    private static void ids(StringBuilder out, String name, List<ClusterMember> members, boolean learners) {
        String ids = members.stream()
                .filter(member -> member.learner() == learners)
                .map(member -> Long.toUnsignedString(member.id()))
                .collect(Collectors.joining(","));
        if (!ids.isEmpty()) {
            out.append('"').append(name).append("\":[").append(ids).append("],");
        }
    }

    private static String array(List<String> texts) {
        return texts.stream().map(Json::quote).collect(Collectors.joining(",", "[", "]"));
    }
}
