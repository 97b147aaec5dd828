package io.tholepin.watchcache;

import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;

/** Keys of several sorted sequences without a common key, in order. Belongs to one thread. */
final class MergedKeys implements Iterator<ObjectKey> {
    private record Head(String key, ObjectKey first, Iterator<ObjectKey> rest) {}

    private final PriorityQueue<Head> heads =
            new PriorityQueue<>((left, right) -> KeyOrder.compare(left.key, right.key));

    MergedKeys(List<Iterator<ObjectKey>> sequences) {
        sequences.forEach(this::push);
    }

    private void push(Iterator<ObjectKey> sequence) {
        if (sequence.hasNext()) {
            ObjectKey first = sequence.next();
            heads.add(new Head(first.treeKey(), first, sequence));
        }
    }

    @Override
    public boolean hasNext() {
        return !heads.isEmpty();
    }

    @Override
    public ObjectKey next() {
        Head head = heads.remove();
        push(head.rest);
        return head.first;
    }
}
