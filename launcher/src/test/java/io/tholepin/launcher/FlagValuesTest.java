package io.tholepin.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlagValuesTest {
    private static FlagValues values(Map<String, String> commandLine, Map<String, String> environment) {
        return FlagValues.of(EtcdFlags.ALL, commandLine, environment);
    }

    private static String fallback(String name) {
        return EtcdFlags.ALL.stream()
                .filter(flag -> flag.name().equals(name))
                .findFirst()
                .orElseThrow()
                .fallback();
    }

    @Test
    void everyFlagHasOneNameAndAValidDefault() {
        HashSet<String> names = new HashSet<>();
        FlagValues defaults = values(Map.of(), Map.of());
        for (EtcdFlag flag : EtcdFlags.ALL) {
            for (String spelling : flag.spellings()) {
                assertThat(names.add(spelling)).as(spelling).isTrue();
            }
            switch (flag.kind()) {
                case TEXT -> assertThat(defaults.text(flag.name())).isEqualTo(flag.fallback());
                case SWITCH -> assertThat(defaults.isOn(flag.name())).isEqualTo(Boolean.parseBoolean(flag.fallback()));
                case NUMBER ->
                    assertThat(Long.toString(defaults.number(flag.name()))).isEqualTo(flag.fallback());
                case DURATION -> assertThat(defaults.duration(flag.name())).matches(duration -> !duration.isNegative());
            }
        }
        assertThat(names).hasSizeGreaterThan(150);
    }

    @Test
    void theCommandLineComesBeforeTheEnvironmentAndThatBeforeTheDefault() {
        FlagValues values = values(Map.of("name", "a"), Map.of("ETCD_MAX_TXN_OPS", "7"));
        assertThat(values.text("name")).isEqualTo("a");
        assertThat(values.number("max-txn-ops")).isEqualTo(7);
        assertThat(values.duration("grpc-keepalive-interval")).isEqualTo(Duration.ofHours(2));
        assertThat(values.isGiven("name")).isTrue();
        assertThat(values.isGiven("data-dir")).isFalse();
    }

    @Test
    void aVariableBesideAFlagIsRefusedBecauseOneWouldBeIgnored() {
        assertThatThrownBy(() -> values(Map.of("name", "a"), Map.of("ETCD_NAME", "b")))
                .isInstanceOf(Refusal.class)
                .hasMessage("--name and ETCD_NAME are both set: remove one of them (expected: one)");
    }

    @Test
    void anUnknownVariableIsNoError() {
        assertThat(values(Map.of(), Map.of("ETCD_NO_SUCH_THING", "1", "ETCDCTL_API", "3"))
                        .text("name"))
                .isEqualTo("default");
    }

    @ParameterizedTest
    @CsvSource({
        "max-txn-ops, many, '--max-txn-ops: many (expected: a whole number)'",
        "client-cert-auth, yes, '--client-cert-auth: yes (expected: true or false)'",
        "grpc-keepalive-timeout, 5, '--grpc-keepalive-timeout: 5 (expected: a duration like 1h30m or 500ms)'"
    })
    void aMalformedValueIsRefusedWithWhatWasExpected(String flag, String value, String message) {
        assertThatThrownBy(() -> values(Map.of(flag, value), Map.of()))
                .isInstanceOf(Refusal.class)
                .hasMessage(message);
    }

    @Test
    void aConfigurationFileReplacesFlagsAndEnvironment(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("etcd.yaml");
        Files.writeString(file, """
                name: from-file
                quota-backend-bytes: 8589934592
                grpc-keepalive-timeout: 20000000000
                listen-client-urls: https://127.0.0.1:2379,https://127.0.0.2:2379
                client-transport-security:
                  cert-file: /pki/server.crt
                  client-cert-auth: true
                peer-transport-security:
                  trusted-ca-file: /pki/ca.crt
                """);
        FlagValues values =
                values(Map.of("config-file", file.toString(), "name", "ignored"), Map.of("ETCD_MAX_TXN_OPS", "7"));
        assertThat(values.text("name")).isEqualTo("from-file");
        assertThat(values.number("max-txn-ops")).isEqualTo(128);
        assertThat(values.number("quota-backend-bytes")).isEqualTo(8L << 30);
        assertThat(values.duration("grpc-keepalive-timeout")).isEqualTo(Duration.ofSeconds(20));
        assertThat(values.texts("listen-client-urls"))
                .containsExactly("https://127.0.0.1:2379", "https://127.0.0.2:2379");
        assertThat(values.file("cert-file")).isEqualTo(Path.of("/pki/server.crt"));
        assertThat(values.isOn("client-cert-auth")).isTrue();
        assertThat(values.file("peer-trusted-ca-file")).isEqualTo(Path.of("/pki/ca.crt"));
        assertThat(values.file("peer-cert-file")).isNull();
    }

    /** The keys of etcd 3.5's etcd.conf.yml.sample, and forms that its own reader takes. */
    @Test
    void aConfigurationFileMayHaveEveryKeyOfEtcdsSample(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("etcd.yaml");
        Files.writeString(file, """
                name: 'sample'
                data-dir:
                wal-dir:
                snapshot-count: 10000
                listen-peer-urls: http://localhost:2380
                max-snapshots: 5
                cors:
                discovery:
                discovery-fallback: 'proxy'
                discovery-proxy:
                discovery-srv:
                enable-v2: true
                proxy: 'off'
                proxy-failure-wait: 5000
                proxy-refresh-interval: 30000
                proxy-dial-timeout: 1000
                proxy-write-timeout: 5000
                proxy-read-timeout: 0
                experimental-initial-corrupt-check: true
                experimental-watch-progress-notify-interval: 5000000000
                client-transport-security:
                  cert-file:
                  client-cert-auth: false
                  allowed-hostname: client.test
                peer-transport-security:
                  allowed-cn: [a, b]
                  client-cert-file: /pki/peer-client.crt
                socket-options:
                  reuse-address: true
                log-outputs: [stderr]
                cipher-suites: [
                  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
                ]
                """);
        FlagValues values = values(Map.of("config-file", file.toString()), Map.of());
        assertThat(values.isGiven("data-dir")).isFalse();
        assertThat(values.text("cors")).isEqualTo("*");
        assertThat(values.isOn("initial-corrupt-check")).isTrue();
        assertThat(values.duration("watch-progress-notify-interval")).isEqualTo(Duration.ofSeconds(5));
        assertThat(values.texts("client-cert-allowed-hostname")).containsExactly("client.test");
        assertThat(values.texts("peer-cert-allowed-cn")).containsExactly("a", "b");
        assertThat(values.file("peer-client-cert-file")).isEqualTo(Path.of("/pki/peer-client.crt"));
        assertThat(values.texts("log-outputs")).containsExactly("stderr");
        assertThat(values.texts("cipher-suites")).hasSize(2).endsWith("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
    }

    @Test
    void variablesMayHaveTheOlderNames() {
        FlagValues values = values(
                Map.of(), Map.of("ETCD_EXPERIMENTAL_INITIAL_CORRUPT_CHECK", "true", "ETCD_QUOTA_BACKEND_BYTES", ""));
        assertThat(values.isOn("initial-corrupt-check")).isTrue();
        assertThat(values.isGiven("quota-backend-bytes")).isFalse();
        assertThatThrownBy(() -> values(
                        Map.of(),
                        Map.of(
                                "ETCD_MAX_LEARNERS", "1",
                                "ETCD_EXPERIMENTAL_MAX_LEARNERS", "2")))
                .isInstanceOf(Refusal.class);
    }

    @ParameterizedTest
    @CsvSource({
        "discovery, http://127.0.0.1/x, '--discovery http://127.0.0.1/x is not there: name the members with"
                + " --initial-cluster or --discovery-srv'",
        "proxy, on, '--proxy on is not there: put etcd grpc-proxy in front, which works with this store'",
        "socket-reuse-port, true, '--socket-reuse-port true is not there: use a port of its own'"
    })
    void whatIsNotThereIsRefusedWithWhatToDo(String flag, String value, String message) {
        assertThatThrownBy(() -> values(Map.of(flag, value), Map.of()))
                .isInstanceOf(Refusal.class)
                .hasMessage(message);
        assertThat(values(Map.of(flag, fallback(flag)), Map.of()).isGiven(flag)).isTrue();
    }

    @Test
    void anUnknownKeyInTheFileIsRefused(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("etcd.yaml");
        Files.writeString(file, "nmae: a\n");
        assertThatThrownBy(() -> values(Map.of("config-file", file.toString()), Map.of()))
                .isInstanceOf(Refusal.class)
                .hasMessage("--config-file " + file + ": unknown key nmae");
    }
}
