package io.tholepin.objects;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds a JSON tree. */
final class TreeSink implements JsonSink {
    private final Deque<Object> open = new ArrayDeque<>();
    private final Deque<String> names = new ArrayDeque<>();
    private @Nullable Object root;

    /** What was built. */
    @Nullable
    Object tree() {
        return root;
    }

    private void add(@Nullable Object value) {
        switch (open.peek()) {
            case null -> root = value;
            case Map<?, ?> map -> Trees.put(Json.asObject(map), names.pop(), value);
            case Object list -> {
                List<Object> items = Json.asList(list);
                Trees.insert(items, items.size(), value);
            }
        }
    }

    private void opened(Object container) {
        add(container);
        open.push(container);
    }

    @Override
    public void startObject() {
        opened(new LinkedHashMap<String, Object>());
    }

    @Override
    public void endObject() {
        open.pop();
    }

    @Override
    public void startArray() {
        opened(new ArrayList<>());
    }

    @Override
    public void endArray() {
        open.pop();
    }

    @Override
    public void name(Layout.Slot slot) {
        names.push(slot.field.jsonName());
    }

    @Override
    public void name(byte[] bytes, int from, int to) {
        names.push(new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }

    @Override
    public void string(byte[] bytes, int from, int to) {
        add(new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }

    @Override
    public void plain(String text) {
        add(text);
    }

    @Override
    public void plain(byte[] ascii, int length) {
        add(new String(ascii, 0, length, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void number(long value) {
        add(value);
    }

    @Override
    public void number(double value) {
        if (JsonSink.integral(value)) {
            add((long) value);
        } else {
            add(value);
        }
    }

    @Override
    public void bool(boolean value) {
        add(value);
    }

    @Override
    public void nothing() {
        add(null);
    }

    @Override
    public void base64(byte[] bytes, int from, int to) {
        add(Base64.getEncoder().encodeToString(Arrays.copyOfRange(bytes, from, to)));
    }

    @Override
    public void json(byte[] bytes, int from, int to) {
        try {
            add(Json.parse(bytes, from, to - from, path -> {}));
        } catch (Json.Malformed e) {
            throw new IllegalArgumentException("protobuf: raw bytes that are no JSON: " + e.getMessage(), e);
        }
    }
}
