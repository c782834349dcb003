/** A reply as RESP2 has it: nothing that JSON could not say. */
export type Reply = string | Uint8Array | number | null | Reply[];

/** A command as it came: name and arguments, all text. */
export type Command = [name: string, ...args: string[]];

/** What Redis itself answers with an error, for example `ERR unknown command 'x'`. */
export class RedisError extends Error {
  override name = "RedisError";
}

/** Where the bridge's commands go. */
export interface RedisBackend {
  /** Rejects with a `RedisError`, or with another error when Redis is not reached. */
  run(command: Command): Promise<Reply>;
  /** In order, each by itself: an error stands in its own place. */
  pipeline(commands: Command[]): Promise<(Reply | RedisError)[]>;
  /** All at once; rejects with a `RedisError` when one of them could not even be queued. */
  transaction(commands: Command[]): Promise<(Reply | RedisError)[]>;
  stop(): Promise<void>;
}
