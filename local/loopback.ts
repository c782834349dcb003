/** Whether something is on this machine: by its address, which is what everybody here goes by. */

const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Whether a URL or a connection string names this machine; false for one that cannot be read. */
export function isLoopback(url: string | undefined): boolean {
  // Of schemes that are not of the web, the host is kept as it was written: capitals too.
  return url !== undefined && URL.canParse(url) &&
    loopback.has(new URL(url).hostname.toLowerCase());
}

/** Where a database is, without its password: `db.example.com:5432/postgres`. */
export function placeOf(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}
