package io.tholepin.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.kv.StoreObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DnsMembersTest {
    private static final Map<String, List<String>> PLAIN = Map.of(
            "_etcd-server._tcp.example.test",
            List.of("10 0 2380 127.0.0.1.", "0 0 2382 127.0.0.1.", "20 0 2384 127.0.0.3."));

    @TempDir
    Path folder;

    @Test
    void aMemberIsItselfByItsAddressAndTheOthersHaveNumbers() throws IOException {
        try (DnsServer dns = new DnsServer(PLAIN)) {
            assertThat(new DnsMembers(dns.url()).find("example.test", "", "me", List.of("http://localhost:2380")))
                    .containsOnly(
                            Map.entry("0", List.of("http://127.0.0.1:2382")),
                            Map.entry("me", List.of("http://localhost:2380")),
                            Map.entry("1", List.of("http://127.0.0.3:2384")));
        }
    }

    @Test
    void securedMembersHaveRecordsOfTheirOwnAndAServiceMayBeNamed() throws IOException {
        try (DnsServer dns = new DnsServer(Map.of(
                "_etcd-server-ssl-blue._tcp.example.test", List.of("0 0 2380 127.0.0.1.", "0 0 2380 127.0.0.2.")))) {
            DnsMembers members = new DnsMembers(dns.url());
            assertThat(members.find("example.test", "blue", "a", List.of("https://127.0.0.2:2380")))
                    .containsOnly(
                            Map.entry("0", List.of("https://127.0.0.1:2380")),
                            Map.entry("a", List.of("https://127.0.0.2:2380")));
            assertThatThrownBy(() -> members.find("example.test", "blue", "a", List.of("http://127.0.0.2:2380")))
                    .isInstanceOf(Refusal.class)
                    .hasMessageStartingWith("--discovery-srv: no SRV record of example.test is for this member, a at");
        }
    }

    @Test
    void aDomainWithoutRecordsIsRefused() throws IOException {
        try (DnsServer dns = new DnsServer(Map.of())) {
            assertThatThrownBy(() ->
                            new DnsMembers(dns.url()).find("example.test", "", "a", List.of("http://127.0.0.1:2380")))
                    .isInstanceOf(Refusal.class)
                    .hasMessageStartingWith("--discovery-srv: example.test names no members: ");
        }
    }

    private MemberFlags flags(String... more) {
        Map<String, String> given = new HashMap<>(Map.of(
                "name", "me",
                "data-dir", folder.resolve("data").toString(),
                "discovery-srv", "example.test",
                "initial-advertise-peer-urls", "http://127.0.0.1:2380"));
        for (int i = 0; i < more.length; i += 2) {
            given.put(more[i], more[i + 1]);
        }
        return new MemberFlags(FlagValues.of(EtcdFlags.ALL, given, Map.of()));
    }

    @Test
    void whatTheDnsSaidIsWhatTheMemberStartsWith() throws IOException {
        try (DnsServer dns = new DnsServer(PLAIN)) {
            MemberFlags flags = flags();
            flags.discover(new DnsMembers(dns.url()));
            assertThat(folder.resolve("data/initial-cluster"))
                    .hasContent("0=http://127.0.0.1:2382\nme=http://127.0.0.1:2380\n1=http://127.0.0.3:2384\n");
            assertThat(flags.member(StoreObserver.NONE).peers().orElseThrow().initialCluster())
                    .containsOnlyKeys("me", "0", "1");
        }
    }

    @Test
    void onlyOneWayToNameTheMembersIsTaken() throws IOException {
        try (DnsServer dns = new DnsServer(PLAIN)) {
            MemberFlags flags = flags("initial-cluster", "me=http://127.0.0.1:2380");
            assertThatThrownBy(() -> flags.discover(new DnsMembers(dns.url())))
                    .isInstanceOf(Refusal.class)
                    .hasMessage("--discovery-srv and --initial-cluster are both set (expected: one of them)");
        }
    }
}
