package io.tholepin.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;
import java.util.Set;

/**
 * Logging without a configuration file, which would cost start-up time: everything to stderr, unless the system
 * property {@code thole.log.outputs} says otherwise, as text, as JSON lines or as etcd writes them, chosen by {@code
 * thole.log.format} and {@code thole.log.level}. Found by logback as a service.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    static final String FORMAT = "thole.log.format";
    static final String LEVEL = "thole.log.level";

    /** Where to, in etcd's words: names of streams and of files, between commas. */
    static final String OUTPUTS = "thole.log.outputs";

    /** What is no file among them. */
    static final Set<String> STREAMS = Set.of("default", "stderr", "stdout");

    private static final List<String> PEER_COMPLAINERS =
            List.of("rpc.impl.AbstractClientService", "core.Replicator", "core.ReplicatorGroupImpl", "core.NodeImpl");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        Level level = Level.toLevel(System.getProperty(LEVEL), Level.INFO);
        ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
        for (String output : System.getProperty(OUTPUTS, "stderr").split(",")) {
            root.addAppender(appender(context, output));
        }
        // The Raft engine warns of what is normal at a first start.
        context.getLogger("com.alipay").setLevel(Level.ERROR);
        // A peer that is not there is normal too, and the transport says so once.
        for (String name : PEER_COMPLAINERS) {
            context.getLogger("com.alipay.sofa.jraft." + name).setLevel(Level.OFF);
        }
        context.getLogger("io.tholepin").setLevel(level);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static Appender<ILoggingEvent> appender(LoggerContext context, String output) {
        OutputStreamAppender<ILoggingEvent> appender;
        if (STREAMS.contains(output)) {
            ConsoleAppender<ILoggingEvent> stream = new ConsoleAppender<>();
            stream.setTarget(output.equals("stdout") ? "System.out" : "System.err");
            appender = stream;
        } else {
            FileAppender<ILoggingEvent> file = new FileAppender<>();
            file.setFile(output);
            appender = file;
        }
        appender.setContext(context);
        appender.setName(output);
        appender.setEncoder(encoder(context));
        appender.start();
        return appender;
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
