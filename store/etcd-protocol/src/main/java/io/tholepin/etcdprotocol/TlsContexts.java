package io.tholepin.etcdprotocol;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the TLS end of each connection from certificate files, which it reads again when they changed. Files that
 * cannot be read, such as ones that are just being replaced, leave the last good ones in use. Thread-safe.
 */
final class TlsContexts {
    private static final System.Logger LOG = System.getLogger(TlsContexts.class.getName());

    private record Loaded(List<String> state, SslContext both, SslContext httpOnly) {}

    private final ServerTls tls;
    private final List<Path> files;
    private volatile Loaded loaded;
    private volatile @Nullable List<String> broken;

    TlsContexts(ServerTls tls) throws IOException {
        this.tls = tls;
        List<Path> all = new ArrayList<>(List.of(tls.certFile(), tls.keyFile()));
        tls.trustedCaFile().ifPresent(all::add);
        tls.crlFile().ifPresent(all::add);
        this.files = List.copyOf(all);
        this.loaded = load(state());
    }

    /** The TLS end of a new connection. {@code http2} says whether it may negotiate HTTP/2. */
    SslHandler newHandler(ByteBufAllocator allocator, boolean http2) {
        Loaded now = current();
        return (http2 ? now.both : now.httpOnly).newHandler(allocator);
    }

    private Loaded current() {
        List<String> state = state();
        if (!state.equals(loaded.state) && !state.equals(broken)) {
            reload(state);
        }
        return loaded;
    }

    private synchronized void reload(List<String> state) {
        if (state.equals(loaded.state)) {
            return;
        }
        try {
            loaded = load(state);
            broken = null;
            LOG.log(Level.INFO, "read {0} again", tls.certFile());
        } catch (IOException e) {
            broken = state;
            LOG.log(Level.WARNING, "certificates changed and cannot be read; the old ones stay in use", e);
        }
    }

    private List<String> state() {
        List<String> state = new ArrayList<>(files.size());
        for (Path file : files) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                state.add(attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey());
            } catch (IOException e) {
                state.add("missing");
            }
        }
        return state;
    }

    private Loaded load(List<String> state) throws IOException {
        try {
            return new Loaded(
                    state,
                    // gRPC clients offer HTTP/2 alone; whoever offers both (curl, browsers) wants what HTTP/1.1 serves.
                    context(ApplicationProtocolNames.HTTP_1_1, ApplicationProtocolNames.HTTP_2),
                    context(ApplicationProtocolNames.HTTP_1_1));
        } catch (IllegalArgumentException | java.security.GeneralSecurityException e) {
            throw new IOException("certificate or key of the client port: " + e.getMessage(), e);
        }
    }

    private SslContext context(String... protocols) throws IOException, java.security.GeneralSecurityException {
        SslContextBuilder builder = SslContextBuilder.forServer(
                        tls.certFile().toFile(), tls.keyFile().toFile())
                .sslProvider(SslProvider.JDK)
                .protocols(tls.protocols())
                .clientAuth(tls.trustedCaFile().isPresent() ? ClientAuth.REQUIRE : ClientAuth.NONE)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        protocols));
        if (!tls.cipherSuites().isEmpty()) {
            builder.ciphers(tls.cipherSuites());
        }
        if (tls.trustedCaFile().isPresent()) {
            builder.trustManager(ClientTrust.of(tls, tls.trustedCaFile().get()));
        }
        return builder.build();
    }
}
