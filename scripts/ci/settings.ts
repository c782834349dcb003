/** config.toml as the tests need it. */

/** Far more than the tests send in an hour or five minutes. */
const rateLimits = `
[auth.rate_limit]
email_sent = 100000
token_refresh = 100000
sign_in_sign_ups = 100000
token_verifications = 100000
anonymous_users = 100000
`;

/**
 * The text with the send-email hook on, at an address that a process on this machine reaches, and with high
 * limits of Auth.
 *
 * @throws where the text is not as it is expected to be
 */
export function forTests(config: string): string {
  const off =
    /(\[auth\.hook\.send_email\]\n)enabled = false\nuri = "http:\/\/host\.docker\.internal:/;
  if (!off.test(config)) throw new Error("config.toml: the send-email hook is not as expected");
  if (config.includes("[auth.rate_limit]")) {
    throw new Error("config.toml: has limits of Auth already");
  }
  return config.replace(off, '$1enabled = true\nuri = "http://127.0.0.1:') + rateLimits;
}
