package io.tholepin.apiserver;

/**
 * One request, whatever it travelled on.
 *
 * @param method upper case
 * @param path percent-decoded, beginning with a slash
 * @param user who the transport says asks; {@link UserInfo#ANONYMOUS} without a client certificate. The request that
 *     {@link Writes} sees carries the final user, after tokens and impersonation
 * @param body complete body, empty for none; not changed by anyone
 */
public record ApiRequest(String method, String path, Query query, Headers headers, UserInfo user, byte[] body) {
    /** Most bytes of a body; above it is 413. Source: contract 5.5. */
    public static final int BODY_BYTES_MAX = 3 * 1024 * 1024;

    /** The same request by another user. */
    ApiRequest as(UserInfo other) {
        return new ApiRequest(method, path, query, headers, other, body);
    }
}
