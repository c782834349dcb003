/** What `supabase secrets list` says, against what is needed. */
import { neededVariables } from "../../supabase/functions/_shared/variables.ts";

/** SHA-256 of nothing: how a secret is listed that was set to an empty text. */
const emptyDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

interface Listed {
  name: string;
  value?: string;
}

/** The secrets of a listing, at whatever depth of the JSON they are. */
function secretsIn(value: unknown): Listed[] {
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  if (typeof value !== "object" || value === null) return [];
  const { name } = value as { name?: unknown };
  const nested = Object.values(value).flatMap(secretsIn);
  return typeof name === "string" ? [value as Listed, ...nested] : nested;
}

/**
 * The needed variables that a listing does not name, or names as empty.
 *
 * @param listing what the CLI wrote as JSON, with notices of its own around it
 * @throws when there is no JSON in it
 */
export function missingSecrets(listing: string): string[] {
  const start = listing.search(/[[{]/);
  if (start < 0) throw new Error(`the Supabase CLI listed no secrets:\n${listing}`);
  const end = Math.max(listing.lastIndexOf("]"), listing.lastIndexOf("}")) + 1;
  const set = new Set(
    secretsIn(JSON.parse(listing.slice(start, end)))
      .filter(({ value }) => value !== "" && value !== emptyDigest)
      .map(({ name }) => name),
  );
  return Object.keys(neededVariables).filter((name) => !set.has(name));
}

/** What is wrong with the command's arguments; undefined where nothing is. */
export function strayArguments(args: string[]): string | undefined {
  const stray = args.filter((one) => !/^--remote(=[\w-]+)?$/.test(one));
  return stray.length === 0 ? undefined : `Not an option: ${stray.join(" ")}`;
}
