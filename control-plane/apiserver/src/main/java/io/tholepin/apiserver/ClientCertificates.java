package io.tholepin.apiserver;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Users by client certificate: common name is the user, organizations are the groups. The TLS handshake takes any
 * certificate, and one that the CA did not sign makes each request on its connection a 401, as kube-apiserver has it.
 * Thread-safe. Source: contract 5.1.
 */
final class ClientCertificates {
    private final X509TrustManager trust;

    /**
     * @param caPem certificates of the CAs
     */
    ClientCertificates(String caPem) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int index = 0;
            for (Certificate ca : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(caPem.getBytes(StandardCharsets.US_ASCII)))) {
                store.setCertificateEntry("ca" + index++, ca);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            trust = trustManager(factory);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("client CA: " + e.getMessage(), e);
        }
    }

    private static X509TrustManager trustManager(TrustManagerFactory factory) throws CertificateException {
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager found) {
                return found;
            }
        }
        throw new CertificateException("no X.509 trust manager");
    }

    /** A trust manager for the handshake: tells clients the CA's name and takes what they send. */
    X509TrustManager handshake() {
        return new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String authType) {
                // judged for each connection, so that the client gets a 401 it can read
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
                throw new CertificateException("only for clients");
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return trust.getAcceptedIssuers();
            }
        };
    }

    /** The user at the other end of a connection. */
    UserInfo user(SSLSession session) {
        Certificate[] chain;
        try {
            chain = session.getPeerCertificates();
        } catch (SSLPeerUnverifiedException none) {
            return UserInfo.ANONYMOUS;
        }
        X509Certificate[] certificates = new X509Certificate[chain.length];
        for (int i = 0; i < chain.length; i++) {
            if (!(chain[i] instanceof X509Certificate certificate)) {
                return Access.UNTRUSTED;
            }
            certificates[i] = certificate;
        }
        try {
            trust.checkClientTrusted(
                    certificates, certificates[0].getPublicKey().getAlgorithm());
            return user(certificates[0]);
        } catch (CertificateException | InvalidNameException notTrusted) {
            return Access.UNTRUSTED;
        }
    }

    private static UserInfo user(X509Certificate certificate) throws InvalidNameException {
        String name = "";
        List<String> groups = new ArrayList<>();
        LdapName subject = new LdapName(certificate.getSubjectX500Principal().getName());
        for (Rdn rdn : subject.getRdns()) {
            for (String[] pair : pairs(rdn)) {
                if (pair[0].equalsIgnoreCase("CN")) {
                    name = pair[1];
                } else if (pair[0].equalsIgnoreCase("O")) {
                    groups.add(pair[1]);
                }
            }
        }
        return name.isEmpty() ? Access.UNTRUSTED : UserInfo.authenticated(name, groups);
    }

    private static List<String[]> pairs(Rdn rdn) throws InvalidNameException {
        List<String[]> pairs = new ArrayList<>();
        try {
            NamingEnumeration<? extends Attribute> attributes =
                    rdn.toAttributes().getAll();
            while (attributes.hasMore()) {
                Attribute attribute = attributes.next();
                NamingEnumeration<?> values = attribute.getAll();
                while (values.hasMore()) {
                    pairs.add(new String[] {attribute.getID(), String.valueOf(values.next())});
                }
            }
        } catch (NamingException malformed) {
            throw new InvalidNameException(malformed.getMessage());
        }
        return pairs;
    }
}
