package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PasswordsTest {
    @Test
    void aPasswordMatchesItsOwnHashAlone() {
        try (Passwords passwords = new Passwords(Passwords.COST_MIN)) {
            String hash = passwords.hash("secret").join();
            assertThat(hash).startsWith("$2a$04$").hasSize(60);
            assertThat(passwords.hash("secret").join()).isNotEqualTo(hash);
            assertThat(passwords.matches("secret", hash).join()).isTrue();
            assertThat(passwords.matches("Secret", hash).join()).isFalse();
            assertThat(passwords.matches("", hash).join()).isFalse();
            assertThat(passwords.matches("secret", "").join()).isFalse();
            assertThat(passwords.matchesNobody("").join()).isFalse();
            assertThat(passwords.matchesNobody("secret").join()).isFalse();
        }
    }

    /** Made by Go's bcrypt package, whose hashes etcd keeps, and by OpenBSD's variants. */
    @Test
    void hashesOfOthersAreRead() {
        try (Passwords passwords = new Passwords(Passwords.COST_MIN)) {
            String known = "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga";
            assertThat(passwords.matches("allmine", known).join()).isTrue();
            assertThat(passwords
                            .matches("allmine", known.replace("$2a$", "$2y$"))
                            .join())
                    .isTrue();
            assertThat(passwords.matches("allmin", known).join()).isFalse();
        }
    }

    @Test
    void whatIsNoHashIsNotTakenForOne() {
        assertThat(Passwords.isHash("$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga"))
                .isTrue();
        assertThat(Passwords.isHash("$2a$99$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga"))
                .isFalse();
        assertThat(Passwords.isHash("plain")).isFalse();
        assertThat(Passwords.isTooLong("x".repeat(72))).isFalse();
        assertThat(Passwords.isTooLong("x".repeat(73))).isTrue();
    }

    @Test
    void aCostOutOfBoundsIsRefused() {
        assertThatThrownBy(() -> new Passwords(3)).hasMessage("bcrypt cost: 3 (expected: 4 to 31)");
    }
}
