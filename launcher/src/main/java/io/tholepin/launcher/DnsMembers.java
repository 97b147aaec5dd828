package io.tholepin.launcher;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.naming.Context;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/**
 * The members of a new cluster as SRV records in the DNS name them: those of {@code _etcd-server-ssl._tcp.DOMAIN} are
 * reached with https, those of {@code _etcd-server._tcp.DOMAIN} with http. The member itself is the one whose address
 * is that of a URL it advertises; the others have numbers for names. Source: RFC 2782; contract 4, discovery-srv.
 */
final class DnsMembers {
    /** What asks the system's servers. */
    static final String SYSTEM = "dns:";

    private static final String TIMEOUT_MILLIS = "2000";
    private static final String TRIES = "3";

    private final String servers;

    /** @param servers a URL such as {@code dns://127.0.0.1:5353}, or {@link #SYSTEM} */
    DnsMembers(String servers) {
        this.servers = servers;
    }

    /** @param target without the dot at the end */
    private record Srv(int priority, String target, int port) {
        /** From {@code priority weight port target}. */
        static Srv parse(String text) throws NamingException {
            String[] parts = text.split(" ");
            if (parts.length != 4) {
                throw new NamingException("SRV record: " + text);
            }
            String target = parts[3].endsWith(".") ? parts[3].substring(0, parts[3].length() - 1) : parts[3];
            return new Srv(Integer.parseInt(parts[0]), target, Integer.parseInt(parts[2]));
        }
    }

    /**
     * Peer URLs by member name.
     *
     * @param domain where to look
     * @param suffix what follows a hyphen in the service's name, empty for nothing
     * @param own this member's name
     * @param advertised URLs that it advertises to the others
     * @throws Refusal when there are no records, or none is this member's
     */
    Map<String, List<String>> find(String domain, String suffix, String own, List<String> advertised) {
        String ending = (suffix.isEmpty() ? "" : "-" + suffix) + "._tcp." + domain;
        Map<String, List<String>> members = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        Set<String> mine = new HashSet<>();
        advertised.forEach(url -> mine.addAll(addresses(URI.create(url), problems)));
        add("https", "_etcd-server-ssl" + ending, own, mine, members, problems);
        add("http", "_etcd-server" + ending, own, mine, members, problems);
        if (members.isEmpty()) {
            throw new Refusal("--discovery-srv: " + domain + " names no members: " + String.join("; ", problems), null);
        }
        if (!members.containsKey(own)) {
            throw new Refusal(
                    "--discovery-srv: no SRV record of " + domain + " is for this member, " + own + " at "
                            + String.join(", ", advertised)
                            + " (expected: one whose address and port are those of --initial-advertise-peer-urls)",
                    null);
        }
        // Named by address there and perhaps by name here: it is known by what it advertises.
        members.put(own, advertised);
        return members;
    }

    private void add(
            String scheme,
            String service,
            String own,
            Set<String> mine,
            Map<String, List<String>> members,
            List<String> problems) {
        List<Srv> records;
        try {
            records = lookUp(service);
        } catch (NamingException | NumberFormatException e) {
            problems.add(service + ": " + e.getMessage());
            return;
        }
        for (Srv srv : records) {
            URI url = URI.create(scheme + "://" + srv.target() + ":" + srv.port());
            boolean isMine = addresses(url, problems).stream().anyMatch(mine::contains);
            String name = isMine ? own : Integer.toString(members.size() - (members.containsKey(own) ? 1 : 0));
            members.computeIfAbsent(name, _ -> new ArrayList<>()).add(url.toString());
        }
    }

    @SuppressWarnings("BanJNDI") // the provider is named here, and that of the DNS makes text of records, never objects
    private List<Srv> lookUp(String service) throws NamingException {
        Hashtable<String, String> environment = new Hashtable<>(Map.of(
                Context.INITIAL_CONTEXT_FACTORY,
                "com.sun.jndi.dns.DnsContextFactory",
                Context.PROVIDER_URL,
                servers,
                "com.sun.jndi.dns.timeout.initial",
                TIMEOUT_MILLIS,
                "com.sun.jndi.dns.timeout.retries",
                TRIES));
        InitialDirContext dns = new InitialDirContext(environment);
        try {
            Attribute found = dns.getAttributes(service, new String[] {"SRV"}).get("SRV");
            List<Srv> records = new ArrayList<>();
            if (found != null) {
                NamingEnumeration<?> each = found.getAll();
                while (each.hasMore()) {
                    records.add(Srv.parse(each.next().toString()));
                }
            }
            records.sort(Comparator.comparingInt(Srv::priority)
                    .thenComparing(Srv::target)
                    .thenComparingInt(Srv::port));
            return records;
        } finally {
            dns.close();
        }
    }

    /** The scheme and every address of a URL, each with its port. */
    private static List<String> addresses(URI url, List<String> problems) {
        try {
            List<String> addresses = new ArrayList<>();
            for (InetAddress address : InetAddress.getAllByName(url.getHost())) {
                addresses.add(url.getScheme() + " " + address.getHostAddress() + " " + url.getPort());
            }
            return addresses;
        } catch (UnknownHostException e) {
            problems.add("no address of " + url.getHost());
            return List.of();
        }
    }
}
