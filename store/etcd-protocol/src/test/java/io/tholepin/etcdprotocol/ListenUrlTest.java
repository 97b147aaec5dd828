package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenUrlTest {
    @ParameterizedTest
    @CsvSource({
        "unix:///run/etcd.sock, false, /run/etcd.sock",
        "unixs:///run/etcd.sock, true, /run/etcd.sock",
        "unix://localhost:2379, false, localhost:2379",
        "unix://run/etcd.sock:0, false, run/etcd.sock:0",
    })
    void aSocketsPathIsAllThatFollows(String url, boolean secure, String path) {
        ListenUrl parsed = ListenUrl.parse(url);
        assertThat(parsed).isEqualTo(new ListenUrl(secure, "", 0, path));
        assertThat(parsed.isSocket()).isTrue();
        assertThat(parsed).hasToString(url);
    }

    @Test
    void aPortIsThatOfAnInterface() {
        assertThat(ListenUrl.parse("https://[::1]:2379/")).isEqualTo(new ListenUrl(true, "::1", 2379));
        assertThat(ListenUrl.parse("https://[::1]:2379")).hasToString("https://[::1]:2379");
        assertThat(ListenUrl.parse("http://h:1").isSocket()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "https://127.0.0.1:1, 127.0.0.1",
        "unixs://localhost:2379, localhost",
        "unixs:///run/localhost:2379, localhost",
        "unixs:///run/etcd.sock, etcd.sock",
    })
    void aCertificateIsForTheHostOrTheSocketsFile(String url, String name) {
        assertThat(ListenUrl.parse(url).certifiedName()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"unix://", "unix:///run/", "http://h", "http://h:1/path", "ftp://h:1", "h:1", "http://h:70000"})
    void anythingElseIsRefused(String url) {
        assertThatThrownBy(() -> ListenUrl.parse(url)).isInstanceOf(IllegalArgumentException.class);
    }
}
