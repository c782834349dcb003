/** Which part of a function's address an endpoint serves: `/things/oak-chair` against `/{thing}`. */

/** The parts behind the function's name, decoded; `undefined` where one cannot be decoded. */
function tail(request: Request): string[] | undefined {
  // A hosted function sees its path as `/<name>/…`.
  const parts = new URL(request.url).pathname.split("/").slice(2).filter((part) => part !== "");
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return undefined; // `%`, `%ff`: no text that any client encoded.
  }
}

/**
 * The values of the path's parameters.
 *
 * @param path as declared, such as `/{thing}` or `/{thing}/parts`
 * @returns `undefined` when the request is for another address
 */
export function matchPath(path: string, request: Request): Record<string, string> | undefined {
  const parts = tail(request);
  const wanted = path.split("/").slice(1);
  if (parts === undefined || parts.length !== wanted.length) return undefined;
  const values: [string, string][] = [];
  for (const [index, pattern] of wanted.entries()) {
    const name = /^\{(\w+)\}$/.exec(pattern)?.[1];
    if (name !== undefined) values.push([name, parts[index]!]);
    else if (pattern !== parts[index]) return undefined;
  }
  return Object.fromEntries(values);
}

/** Whether the request is for the function's own address, with nothing behind its name. */
export function isRoot(request: Request): boolean {
  return tail(request)?.length === 0;
}
