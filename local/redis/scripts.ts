import { createHash } from "node:crypto";
import type { Command, Reply } from "./backend.ts";

/**
 * Upstash's SDKs send scripts that begin with `#!lua flags=allow-key-locking`, a flag that only
 * Upstash knows: Redis 7 refuses it. The line is taken off on the way out, and since that changes
 * the script's hash, EVALSHA, SCRIPT LOAD and SCRIPT EXISTS are translated: callers know the hash
 * of the script as they sent it.
 */
export function scriptRewriter() {
  /** By the hash of the script as it came, that of the script as Redis got it. */
  const hashes = new Map<string, string>();
  const known = (hash: string) => hashes.get(hash.toLowerCase()) ?? hash;

  function stripped(script: string): string {
    // The empty line stays, so that line numbers in errors are the caller's.
    const plain = script.replace(/^#![^\n]*/, "");
    if (plain !== script) hashes.set(sha1(script), sha1(plain));
    return plain;
  }

  return {
    outgoing(command: Command): Command {
      const [name, first = "", ...rest] = command;
      switch (name.toUpperCase()) {
        case "EVAL":
        case "EVAL_RO":
          return [name, stripped(first), ...rest];
        case "EVALSHA":
        case "EVALSHA_RO":
          return [name, known(first), ...rest];
        case "SCRIPT":
          if (/^load$/i.test(first)) return [name, first, ...rest.map(stripped)];
          if (/^exists$/i.test(first)) return [name, first, ...rest.map(known)];
      }
      return command;
    },
    incoming([name, subcommand = "", script = ""]: Command, reply: Reply): Reply {
      const loaded = /^script$/i.test(name) && /^load$/i.test(subcommand);
      return loaded ? sha1(script) : reply;
    },
  };
}

/** The hash by which Redis knows a script. */
export function sha1(script: string): string {
  return createHash("sha1").update(script).digest("hex");
}
