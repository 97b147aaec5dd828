package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PiecesTest {
    private final Pieces pieces = new Pieces();

    @Test
    void whatWasAddedComesOutInOrder() {
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (int i = 0; i < 100; i++) {
            byte[] piece = ("piece " + i + ";").getBytes(StandardCharsets.US_ASCII);
            pieces.add(piece, 1, piece.length - 2);
            expected.write(piece, 1, piece.length - 2);
        }
        assertThat(pieces.joined()).isEqualTo(expected.toByteArray());
        assertThat(pieces.bytes()).isEqualTo(expected.size());
        assertThat(pieces.count()).isEqualTo(100);
    }

    @Test
    void nothingIsLeftOfWhatWasCleared() {
        for (int i = 0; i < 100; i++) {
            pieces.add(new byte[] {1, 2, 3});
        }
        pieces.clear();
        assertThat(pieces.bytes()).isZero();
        assertThat(pieces.joined()).isEmpty();
        pieces.add(new byte[] {4});
        assertThat(pieces.joined()).containsExactly(4);
    }

    @Test
    void partsOfAnArrayThatFollowEachOtherAreOnePiece() {
        byte[] array = {1, 2, 3, 4, 5};
        pieces.add(array, 1, 2);
        pieces.add(array, 3, 1);
        pieces.add(array, 0, 1);
        assertThat(pieces.count()).isEqualTo(2);
        assertThat(pieces.joined()).containsExactly(2, 3, 4, 1);
    }

    @Test
    void piecesAreReferencesAndNotCopies() {
        byte[] shared = {1, 2};
        pieces.add(shared);
        assertThat(pieces.array(0)).isSameAs(shared);
    }
}
