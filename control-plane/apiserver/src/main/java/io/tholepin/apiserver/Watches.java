package io.tholepin.apiserver;

import io.tholepin.objects.FieldError;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.Tables;
import io.tholepin.watchcache.CacheEvent;
import io.tholepin.watchcache.CacheWatch;
import io.tholepin.watchcache.Selection;
import io.tholepin.watchcache.Snapshot;
import io.tholepin.watchcache.WatchCache;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Answers watches. Once a watch has begun, what goes wrong is told as an ERROR event on its stream. Source: contract
 * 1.6, 1.7.
 */
final class Watches {
    private static final long TIMEOUT_SECONDS_MIN = 1800;
    private static final Duration BOOKMARK_EVERY = Duration.ofSeconds(60);
    private static final Duration BOOKMARK_BEFORE_END = Duration.ofSeconds(2);

    /** Clients fall back to a list and a watch. */
    private static final List<FieldError> NO_PROGRESS = List.of(FieldError.forbidden(
            "sendInitialEvents",
            "sendInitialEvents is forbidden for watch without resourceVersion: the store does not tell the progress of"
                    + " its watches"));

    private final Backend backend;
    private final EventWriter.Tools tools;
    private final RandomGenerator random;

    Watches(Backend backend, EventWriter.Tools tools, RandomGenerator random) {
        this.backend = backend;
        this.tools = tools;
        this.random = random;
    }

    /** Answers one; returns when it has ended. */
    void watch(Call call) {
        Media media = Negotiation.choose(call, Negotiation.Endpoint.WATCH);
        ListOptions options = ListOptions.of(call.query(), true);
        ResourceType type = call.type();
        Selection selection = selection(call, options);
        long wanted = options.revision();
        Tables.IncludeObject include = Tables.IncludeObject.parse(
                media.shape() == Media.Shape.TABLE ? call.query().first("includeObject") : "");
        WatchCache cache = Failures.ready(backend.cacheOf(type));
        call.reply().stream(media.encoding().streamType());
        EventWriter.Style style = new EventWriter.Style(media, include, backend.codecOf(type));
        EventWriter writer =
                new EventWriter(call, style, tools, backend.metrics().events(call.info(), type));
        CacheWatch watch = open(cache, options, wanted, selection, writer);
        if (watch != null) {
            call.reply().sink().onClose(watch::close);
            try (watch) {
                run(call, options, watch, writer);
            } catch (ResponseSink.StalledException slow) {
                watch.stalled();
                throw slow;
            }
        }
        call.reply().sink().end();
    }

    private static Selection selection(Call call, ListOptions options) {
        String name = call.info().name();
        Selection selection = options.selection(call.type(), call.info().objectNamespace(), "");
        if (!name.isEmpty()
                && !options.fieldSelector().isEmpty()
                && !selection.name().equals(name)) {
            throw StatusException.badRequest("fieldSelector metadata.name doesn't match requested name");
        }
        return options.selection(call.type(), call.info().objectNamespace(), name);
    }

    /** Opens the cache's watch; null when that failed and the client has been told. */
    private @Nullable CacheWatch open(
            WatchCache cache, ListOptions options, long wanted, Selection selection, EventWriter writer) {
        boolean progress = backend.cacheReads().progress();
        boolean legacy = options.sendInitialEvents() == null && wanted <= 0;
        boolean initial = legacy || Boolean.TRUE.equals(options.sendInitialEvents());
        try {
            if (!initial && wanted > 0) {
                return cache.watch(wanted, selection);
            }
            if (wanted < 0 && !legacy && !progress) {
                throw StatusException.invalid("meta.k8s.io", "ListOptions", "", NO_PROGRESS);
            }
            // Without progress nobody can wait for the most recent state; kube-apiserver did not, before it could.
            Snapshot snapshot = wanted < 0 && progress
                    ? Failures.await(cache.consistent())
                    : wanted <= 0 ? cache.latest() : Failures.await(cache.notOlderThan(wanted));
            return initial
                    ? cache.watchFrom(snapshot, selection, options.allowWatchBookmarks())
                    : cache.watch(snapshot.revision(), selection);
        } catch (ResponseSink.ClosedException e) {
            throw e;
        } catch (RuntimeException e) {
            StatusException status = Failures.status(e);
            writer.error(status);
            return null;
        }
    }

    private void run(Call call, ListOptions options, CacheWatch watch, EventWriter writer) {
        long now = System.nanoTime();
        long deadline = now + timeout(options).toNanos();
        long bookmark = nextBookmark(now, deadline, options);
        ResponseSink sink = call.reply().sink();
        try {
            while (!sink.isClosed() && now - deadline < 0) {
                long until = Math.min(deadline - now, bookmark - now);
                drain(watch, writer, Duration.ofNanos(Math.max(0, until)));
                now = System.nanoTime();
                if (now - bookmark >= 0 && now - deadline < 0 && bookmark(watch, writer)) {
                    bookmark = nextBookmark(now, deadline, options);
                }
            }
        } catch (CacheWatch.EndedException ended) {
            writer.send(); // the client watches again from where it is
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends what is queued, about a buffer full at most; whether nothing was left. */
    private static boolean drain(CacheWatch watch, EventWriter writer, Duration patience) throws InterruptedException {
        CacheEvent event = watch.next(patience);
        while (event != null) {
            writer.event(event);
            if (writer.full()) {
                writer.send();
                return false;
            }
            event = watch.next(Duration.ZERO);
        }
        writer.send();
        return true;
    }

    /**
     * Sends a bookmark unless events are still queued. The progress is asked for first: what is queued after that may
     * be left out of the bookmark, but nothing that the bookmark covers may be left behind it.
     */
    private static boolean bookmark(CacheWatch watch, EventWriter writer) throws InterruptedException {
        long progress = watch.progress();
        if (!drain(watch, writer, Duration.ZERO)) {
            return false;
        }
        // 0 while the initial events last; lower than the last event when that came while draining.
        if (progress > 0 && progress >= writer.revision()) {
            writer.bookmark(progress);
            writer.send();
        }
        return true;
    }

    private Duration timeout(ListOptions options) {
        Long asked = options.timeoutSeconds();
        if (asked != null && asked != 0) {
            return Duration.ofSeconds(Math.clamp(asked, 0, 10 * TIMEOUT_SECONDS_MIN));
        }
        return Duration.ofMillis((long) (TIMEOUT_SECONDS_MIN * 1000 * (1 + random.nextDouble())));
    }

    /** When the next bookmark is due: each minute, and shortly before the end. */
    private static long nextBookmark(long now, long deadline, ListOptions options) {
        if (!options.allowWatchBookmarks()) {
            return deadline;
        }
        long last = deadline - BOOKMARK_BEFORE_END.toNanos();
        long regular = now + BOOKMARK_EVERY.toNanos();
        return now - last >= 0 ? deadline : Math.min(regular - now, last - now) + now;
    }
}
