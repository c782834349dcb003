/** Which SQL functions refuse with a code, for codes that clients meet at an RPC or a table and at no endpoint. */

/** The functions of a schema dump (docs/schema.sql) by each code that their own body refuses with. */
export function refusingFunctions(schema: string): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const part of schema.split(/^create or replace function |^create function /mi).slice(1)) {
    const name = /^[\w.]+/.exec(part)![0];
    // Up to the end of its body: what follows is another object.
    const body = /\bas \$(\w*)\$([\s\S]*?)\$\1\$/i.exec(part)?.[2] ?? "";
    for (const [, code] of body.matchAll(/private\.problem\(\s*\d+\s*,\s*'([a-z_]+)'/g)) {
      found.set(code!, (found.get(code!) ?? new Set()).add(name));
    }
  }
  return new Map([...found].map(([code, names]) => [code, [...names].sort()]));
}
