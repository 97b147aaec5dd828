package io.tholepin.etcdprotocol;

import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** The common name in the subject of a client's certificate. */
final class CommonName {
    private CommonName() {}

    /** The common name of the leaf certificate, the last one when it has several; empty when there is none. */
    static String of(SSLSession session) {
        try {
            if (session.getPeerCertificates()[0] instanceof X509Certificate leaf) {
                return of(new LdapName(leaf.getSubjectX500Principal().getName()));
            }
            return "";
        } catch (SSLPeerUnverifiedException withoutCertificate) {
            return "";
        } catch (InvalidNameException malformed) {
            return "";
        }
    }

    private static String of(LdapName subject) {
        String found = "";
        for (Rdn part : subject.getRdns()) {
            Attribute name = part.toAttributes().get("CN");
            try {
                if (name != null && name.get() instanceof String text) {
                    found = text;
                }
            } catch (NamingException valueless) {
                continue;
            }
        }
        return found;
    }
}
