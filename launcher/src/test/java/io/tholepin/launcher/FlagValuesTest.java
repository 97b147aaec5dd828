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

    @Test
    void anUnknownKeyInTheFileIsRefused(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("etcd.yaml");
        Files.writeString(file, "nmae: a\n");
        assertThatThrownBy(() -> values(Map.of("config-file", file.toString()), Map.of()))
                .isInstanceOf(Refusal.class)
                .hasMessage("--config-file " + file + ": unknown key nmae");
    }
}
