package io.tholepin.load;

import java.util.ArrayList;
import java.util.List;

/**
 * How to start what an experiment measures.
 *
 * @param thole the words before {@code up} or {@code store}
 * @param etcd path or name of etcd's program
 */
public record Programs(List<String> thole, String etcd) {
    List<String> thole(String command, String... options) {
        List<String> words = new ArrayList<>(thole);
        words.add(command);
        words.addAll(List.of(options));
        return words;
    }

    List<String> etcd(List<String> options) {
        List<String> words = new ArrayList<>();
        words.add(etcd);
        words.addAll(options);
        return words;
    }
}
