package io.tholepin.launcher;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A name server for tests: knows SRV records and nothing else. Source: RFC 1035 section 4, RFC 2782. */
final class DnsServer implements AutoCloseable {
    private static final int TYPE_SRV = 33;
    private static final int CLASS_IN = 1;

    /** An answer with authority; without any record, also that there is no such name. */
    private static final int ANSWER = 0x8400;

    private static final int NO_SUCH_NAME = 3;

    /** The name in the question, from which a message's first name begins. */
    private static final int POINTER = 0xc00c;

    private static final int QUESTION = 12;

    private final Map<String, List<String>> records;
    private final DatagramSocket socket;
    private final Thread thread;

    /** @param records {@code priority weight port target} by name in lower case */
    DnsServer(Map<String, List<String>> records) throws IOException {
        this.records = records;
        this.socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        this.thread = Thread.ofPlatform().daemon().name("dns").start(this::serve);
    }

    String url() {
        return "dns://127.0.0.1:" + socket.getLocalPort();
    }

    private void serve() {
        byte[] buffer = new byte[4096];
        while (!socket.isClosed()) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
                byte[] answer = answer(buffer);
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private byte[] answer(byte[] query) throws IOException {
        List<String> labels = new ArrayList<>();
        int at = QUESTION;
        while (query[at] != 0) {
            labels.add(new String(query, at + 1, query[at], StandardCharsets.US_ASCII));
            at += query[at] + 1;
        }
        int questionEnd = at + 5;
        List<String> found =
                records.getOrDefault(String.join(".", labels).toLowerCase(java.util.Locale.ROOT), List.of());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(query, 0, 2);
        out.writeShort(found.isEmpty() ? ANSWER | NO_SUCH_NAME : ANSWER);
        out.writeShort(1);
        out.writeShort(found.size());
        out.writeInt(0);
        out.write(query, QUESTION, questionEnd - QUESTION);
        for (String record : found) {
            write(out, record.split(" "));
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, String[] record) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        for (String label : record[3].split("\\.")) {
            target.write(label.length());
            target.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        target.write(0);
        out.writeShort(POINTER);
        out.writeShort(TYPE_SRV);
        out.writeShort(CLASS_IN);
        out.writeInt(60);
        out.writeShort(6 + target.size());
        for (int i = 0; i < 3; i++) {
            out.writeShort(Integer.parseInt(record[i]));
        }
        target.writeTo(out);
    }

    @Override
    public void close() {
        socket.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
