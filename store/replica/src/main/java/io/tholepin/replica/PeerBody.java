package io.tholepin.replica;

import java.nio.ByteBuffer;

/** What a message between members carries, as bytes; written once, by the thread that sends it. */
interface PeerBody {
    /** Nothing. */
    PeerBody EMPTY = of(new byte[0]);

    /** These bytes, which do not change any more. */
    static PeerBody of(byte[] bytes) {
        return new PeerBody() {
            @Override
            public int size() {
                return bytes.length;
            }

            @Override
            public void write(ByteBuffer out) {
                out.put(bytes);
            }
        };
    }

    /** How many bytes {@link #write} writes. */
    int size();

    /** Writes exactly {@link #size} bytes. */
    void write(ByteBuffer out);
}
