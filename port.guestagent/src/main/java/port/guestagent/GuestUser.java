package port.guestagent;

import java.time.Instant;

/**
 * Somebody who is logged in.
 *
 * @param name the user's
 * @param domain a Windows domain; empty elsewhere
 * @param login when the user came
 */
public record GuestUser(String name, String domain, Instant login) {
}
