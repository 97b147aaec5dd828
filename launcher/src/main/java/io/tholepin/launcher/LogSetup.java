package io.tholepin.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;

/**
 * Logging without a configuration file, which would cost start-up time: everything to stderr, as text, as JSON lines or
 * as etcd writes them, chosen by the system properties {@code thole.log.format} and {@code thole.log.level}. Found by
 * logback as a service.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    static final String FORMAT = "thole.log.format";
    static final String LEVEL = "thole.log.level";

    private static final List<String> PEER_COMPLAINERS =
            List.of("rpc.impl.AbstractClientService", "core.Replicator", "core.ReplicatorGroupImpl", "core.NodeImpl");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
        stderr.setContext(context);
        stderr.setName("stderr");
        stderr.setTarget("System.err");
        stderr.setEncoder(encoder(context));
        stderr.start();
        Level level = Level.toLevel(System.getProperty(LEVEL), Level.INFO);
        ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
        root.addAppender(stderr);
        // The Raft engine warns of what is normal at a first start.
        context.getLogger("com.alipay").setLevel(Level.ERROR);
        // A peer that is not there is normal too, and the transport says so once.
        for (String name : PEER_COMPLAINERS) {
            context.getLogger("com.alipay.sofa.jraft." + name).setLevel(Level.OFF);
        }
        context.getLogger("io.tholepin").setLevel(level);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context) {
        String format = System.getProperty(FORMAT, "text");
        if (format.equals("etcd")) {
            EtcdLogEncoder etcd = new EtcdLogEncoder();
            etcd.setContext(context);
            etcd.start();
            return etcd;
        }
        if (format.equals("json")) {
            JsonEncoder json = new JsonEncoder();
            json.setContext(context);
            json.start();
            return json;
        }
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setContext(context);
        text.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg%n%rEx{full}");
        text.start();
        return text;
    }
}
