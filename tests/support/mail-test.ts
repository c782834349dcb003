/** A test that renders mails. */

/**
 * React leaves a timer behind when it has rendered, which ends at a time of its own; the hosted Deno
 * counts that as a leak of whatever test runs then.
 */
export function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}
