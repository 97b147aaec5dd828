package io.tholepin.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    Path temp;

    @Test
    void aMemberKeepsItsIdentity() throws IOException {
        long cluster;
        long member;
        try (DataFolder folder = open(temp.resolve("a/b"))) {
            cluster = folder.clusterId();
            member = folder.memberId();
            assertThat(cluster).isPositive();
            assertThat(member).isPositive().isNotEqualTo(cluster);
        }
        try (DataFolder folder = open(temp.resolve("a/b"))) {
            assertThat(folder.clusterId()).isEqualTo(cluster);
            assertThat(folder.memberId()).isEqualTo(member);
        }
    }

    @Test
    void aFolderInUseIsRefusedWithTheHolder() throws IOException {
        try (DataFolder folder = open(temp)) {
            assertThat(folder.raft()).isDirectory();
            assertThatThrownBy(() -> open(temp))
                    .isInstanceOf(IOException.class)
                    .hasMessage("data folder " + temp + " is in use by another process (pid "
                            + ProcessHandle.current().pid() + ")");
        }
    }

    @Test
    void aNewerFormatIsRefusedAndLeavesTheFolderFree() throws IOException {
        open(temp).close();
        Path format = temp.resolve("FORMAT");
        String present = Files.readString(format);
        Files.writeString(format, present.replace("format 2", "format 7"));
        assertThatThrownBy(() -> open(temp))
                .hasMessage("data format 7 in " + temp + " (expected: <= 2): written by a newer version;"
                        + " upgrade thole or use another --data-dir");
        Files.writeString(format, present);
        open(temp).close();
    }

    @Test
    void anOlderFormatIsRefusedAndSaysHowToKeepTheData() throws IOException {
        open(temp).close();
        Path format = temp.resolve("FORMAT");
        Files.writeString(format, Files.readString(format).replace("format 2", "format 1"));
        assertThatThrownBy(() -> open(temp))
                .hasMessageStartingWith("data format 1 in " + temp + " (expected: >= 2): written by an older version")
                .hasMessageContaining("thole store export");
    }

    @Test
    void aDamagedFormatIsRefused() throws IOException {
        open(temp).close();
        Files.writeString(temp.resolve("FORMAT"), "format 2\ncluster zz\n");
        assertThatThrownBy(() -> open(temp)).hasMessageStartingWith("damaged file FORMAT in data folder ");
    }

    @Test
    void dataWithoutAFormatIsNotTakenForAFreshFolder() throws IOException {
        open(temp).close();
        Files.delete(temp.resolve("FORMAT"));
        assertThatThrownBy(() -> open(temp)).hasMessageContaining("has data but no file FORMAT");
    }

    @Test
    void aFileInPlaceOfTheFolderIsRefused() throws IOException {
        Path file = Files.createFile(temp.resolve("file"));
        assertThatThrownBy(() -> open(file)).hasMessage("data folder " + file + " is not a folder");
    }

    @Test
    void othersCannotLookIn() throws IOException {
        try (DataFolder folder = open(temp.resolve("x"))) {
            assertThat(mode(temp.resolve("x"))).isEqualTo("rwx------");
            assertThat(mode(folder.raft())).isEqualTo("rwx------");
            assertThat(mode(folder.keyspace())).isEqualTo("rwx------");
            assertThat(mode(temp.resolve("x/LOCK"))).isEqualTo("rw-------");
            assertThat(mode(temp.resolve("x/FORMAT"))).isEqualTo("rw-------");
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static DataFolder open(Path folder) throws IOException {
        return DataFolder.open(folder, Optional.empty(), DataFolder.Identity::random);
    }
}
