package io.tholepin.etcdprotocol;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CRL;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Which client certificates are believed: those of the trusted authorities that were not revoked and, when names are
 * demanded, that are for one of them.
 */
final class ClientTrust extends X509ExtendedTrustManager {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final X509ExtendedTrustManager authorities;
    private final Set<String> names;

    private ClientTrust(X509ExtendedTrustManager authorities, Set<String> names) {
        this.authorities = authorities;
        this.names = names;
    }

    /** Reads {@code caFile} and, when there is one, the file of revoked certificates. */
    static ClientTrust of(ServerTls tls, Path caFile) throws IOException, GeneralSecurityException {
        CertificateFactory x509 = CertificateFactory.getInstance("X.509");
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        int number = 0;
        try (InputStream in = Files.newInputStream(caFile)) {
            for (Certificate authority : x509.generateCertificates(in)) {
                trusted.setCertificateEntry("ca-" + number++, authority);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        if (tls.crlFile().isPresent()) {
            factory.init(new CertPathTrustManagerParameters(
                    revocations(x509, trusted, tls.crlFile().get())));
        } else {
            factory.init(trusted);
        }
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager authorities) {
                return new ClientTrust(authorities, Set.copyOf(tls.allowedHostnames()));
            }
        }
        throw new CertificateException("this platform has no X.509 trust manager");
    }

    private static PKIXBuilderParameters revocations(CertificateFactory x509, KeyStore trusted, Path crlFile)
            throws IOException, GeneralSecurityException {
        Collection<? extends CRL> crls;
        try (InputStream in = Files.newInputStream(crlFile)) {
            crls = x509.generateCRLs(in);
        }
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(trusted, new X509CertSelector());
        parameters.setRevocationEnabled(true);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls)));
        return parameters;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        authorities.checkClientTrusted(chain, authType, engine);
        checkName(chain[0]);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        authorities.checkClientTrusted(chain, authType, socket);
        checkName(chain[0]);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        authorities.checkClientTrusted(chain, authType);
        checkName(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("this side is the server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("this side is the server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this side is the server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.getAcceptedIssuers();
    }

    private void checkName(X509Certificate leaf) throws CertificateException {
        if (names.isEmpty()) {
            return;
        }
        Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
        if (alternatives != null) {
            for (List<?> alternative : alternatives) {
                boolean named = alternative.get(0).equals(DNS_NAME)
                        || alternative.get(0).equals(IP_ADDRESS);
                if (named && names.contains(String.valueOf(alternative.get(1)))) {
                    return;
                }
            }
        }
        throw new CertificateException("client certificate is for none of " + names);
    }
}
