package io.tholepin.etcdsnapshot;

import io.tholepin.kv.ClusterMember;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** A member and the voting configuration as etcd keeps them: JSON. Source: membership.Member, raftpb.ConfState. */
final class MemberJson {
    private static final JsonFactory FACTORY = new JsonFactory();

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
        String name = "";
        List<String> peerUrls = List.of();
        List<String> clientUrls = List.of();
        boolean learner = false;
        try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw BoltFormat.corrupt(where, "member", text, "a JSON object");
            }
            for (String field = in.nextName(); field != null; field = in.nextName()) {
                in.nextToken();
                switch (field) {
                    case "name" -> name = in.getValueAsString("");
                    case "peerURLs" -> peerUrls = texts(in);
                    case "clientURLs" -> clientUrls = texts(in);
                    case "isLearner" -> learner = in.currentToken() == JsonToken.VALUE_TRUE;
                    default -> in.skipChildren();
                }
            }
        } catch (JacksonException e) {
            throw new IOException(where + ": member " + text + " (expected: a JSON object)", e);
        }
        return new ClusterMember(id, name, peerUrls, clientUrls, learner);
    }

    private static List<String> texts(JsonParser in) {
        List<String> texts = new ArrayList<>();
        if (in.currentToken() == JsonToken.START_ARRAY) {
            while (in.nextToken() == JsonToken.VALUE_STRING) {
                texts.add(in.getString());
            }
        }
        return texts;
    }

    static String write(ClusterMember member) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            out.writeStartObject();
            out.writeName("id");
            out.writeNumber(Long.toUnsignedString(member.id()));
            write(out, "peerURLs", member.peerUrls());
            if (member.learner()) {
                out.writeName("isLearner");
                out.writeBoolean(true);
            }
            if (!member.name().isEmpty()) {
                out.writeName("name");
                out.writeString(member.name());
            }
            if (!member.clientUrls().isEmpty()) {
                write(out, "clientURLs", member.clientUrls());
            }
            out.writeEndObject();
        }
        return text.toString();
    }

    static String confState(List<ClusterMember> members) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            out.writeStartObject();
            writeIds(out, "voters", members, false);
            writeIds(out, "learners", members, true);
            out.writeName("auto_leave");
            out.writeBoolean(false);
            out.writeEndObject();
        }
        return text.toString();
    }

    private static void write(JsonGenerator out, String name, List<String> texts) {
        out.writeName(name);
        out.writeStartArray();
        texts.forEach(out::writeString);
        out.writeEndArray();
    }

    private static void writeIds(JsonGenerator out, String name, List<ClusterMember> members, boolean learners) {
        List<ClusterMember> some =
                members.stream().filter(member -> member.learner() == learners).toList();
        if (!some.isEmpty()) {
            out.writeName(name);
            out.writeStartArray();
            some.forEach(member -> out.writeNumber(Long.toUnsignedString(member.id())));
            out.writeEndArray();
        }
    }
}
