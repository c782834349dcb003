/** The ports of a local stack: all follow from one, as with the Supabase CLI. */

/** Ports by service. */
export interface Ports {
  api: number;
  database: number;
  mail: number;
  stripe: number;
  redis: number;
  web: number;
}

/** The ports that follow from the API's. */
export function portsFrom(api: number): Ports {
  return {
    api,
    database: api + 1,
    mail: api + 3,
    stripe: api + 4,
    redis: api + 5,
    web: api + 6,
  };
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/** @throws naming every port that is taken, and the option that changes them */
export function assertFree(ports: Partial<Ports>): void {
  const taken = Object.entries(ports).filter(([, port]) => !isFree(port));
  if (taken.length === 0) return;
  const names = taken.map(([service, port]) => `${port} (${service})`).join(", ");
  throw new Error(
    `cannot start: already in use on 127.0.0.1: ${names}.\n` +
      "Choose others with --port <number>; the ports of all services follow from it.",
  );
}

/** Ports that nobody uses, for a stack of its own beside others. */
export function freePorts(): Ports {
  const listeners = Array.from(
    { length: 6 },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const [api, database, mail, stripe, redis, web] = listeners.map((one) =>
    (one.addr as Deno.NetAddr).port
  );
  for (const listener of listeners) listener.close();
  return {
    api: api!,
    database: database!,
    mail: mail!,
    stripe: stripe!,
    redis: redis!,
    web: web!,
  };
}
