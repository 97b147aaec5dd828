package io.tholepin.launcher;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Log lines as etcd writes them, for the collectors and test harnesses that read those: one JSON object a line with
 * {@code level}, {@code ts}, {@code caller} and {@code msg}. Source: contract 4.
 */
final class EtcdLogEncoder extends EncoderBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXX", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final byte[] NONE = {};

    private final ThrowableProxyConverter stacks = new ThrowableProxyConverter();

    @Override
    public void start() {
        stacks.start();
        super.start();
    }

    @Override
    public byte[] headerBytes() {
        return NONE;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
        line.put("ts", TIME.format(event.getInstant()));
        line.put("caller", caller(event.getLoggerName()));
        line.put("msg", event.getFormattedMessage());
        if (event.getThrowableProxy() != null) {
            line.put("stacktrace", stacks.convert(event));
        }
        return (Json.text(line) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
        return NONE;
    }

    /** The last two parts of a class name, as Go names package and file. */
    private static String caller(String logger) {
        int last = logger.lastIndexOf('.');
        int before = logger.lastIndexOf('.', last - 1);
        return logger.substring(before + 1).replace('.', '/');
    }
}
