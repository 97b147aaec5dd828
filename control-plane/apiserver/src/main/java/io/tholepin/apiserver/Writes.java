package io.tholepin.apiserver;

/** Everything that changes objects: create, update, patch, delete, deletecollection and writing subresources. */
public interface Writes {
    /**
     * Carries out one write. Blocks; called on a virtual thread, by many at a time. The request is authenticated,
     * authorized, of a method and resource that exist, and its output type has been negotiated.
     *
     * @param info what the path means; verb is create, update, patch, delete or deletecollection, {@link
     *     RequestInfo#type} is set
     * @param warnings for the client, also when the request is refused
     * @throws io.tholepin.objects.StatusException when it is refused
     * @throws io.tholepin.kv.StoreException when the store could not carry it out; becomes the fitting Status
     */
    WriteResult handle(RequestInfo info, ApiRequest request, Warnings warnings);
}
