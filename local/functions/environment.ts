/** What Deno itself reads: its cache, certificates, proxies. Nothing else of ours reaches a function. */
const denoVariables = [
  "PATH",
  "HOME",
  "USERPROFILE",
  "SYSTEMROOT",
  "LOCALAPPDATA",
  "XDG_CACHE_HOME",
  "DENO_DIR",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NPM_CONFIG_REGISTRY",
  "HTTPS_PROXY",
  "https_proxy",
];

/**
 * The whole environment of a function's process: what Deno needs, the hosted platform's own
 * variables, `given`, and over them `own`, what `supabase/functions/.env` sets.
 */
export function functionEnvironment(
  given: Record<string, string>,
  own: Record<string, string> = {},
): Record<string, string> {
  const environment: Record<string, string> = {
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
    // The local services are on loopback: a company proxy cannot reach them.
    NO_PROXY: [Deno.env.get("NO_PROXY"), "127.0.0.1,localhost"].filter(Boolean).join(","),
    SB_REGION: "local",
  };
  for (const name of denoVariables) {
    const value = Deno.env.get(name);
    if (value !== undefined) environment[name] = value;
  }
  return { ...environment, ...given, ...own };
}
