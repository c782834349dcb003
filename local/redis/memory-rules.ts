import commands from "@ioredis/commands/commands.json" with { type: "json" };
import { type Command, RedisError } from "./backend.ts";

const types: [kind: string, commands: RegExp][] = [
  ["hash", /^h(?!ello)/],
  ["zset", /^z/],
  ["list", /^(l(index|insert|len|move|pop|pos|push|pushx|range|rem|set|trim)|r(pop|push).*)$/],
  ["set", /^s(add|card|diff|inter|ismember|members|mismember|move|pop|randmember|rem|scan|union)$/],
  [
    "string",
    /^(append|decr|decrby|get|getdel|getex|getrange|getset|incr|incrby.*|setrange|strlen)$/,
  ],
  ["stream", /^x/],
];

const options = new Set(
  ("NX XX GT LT CH INCR EX PX EXAT PXAT KEEPTTL GET PERSIST MATCH COUNT BYSCORE BYLEX REV LIMIT " +
    "WITHSCORES WITHVALUES RANK MAXLEN").split(" "),
);

/** From which argument on a command takes options; before that a word is a key or a value. */
const optionsFrom: Record<string, number> = {
  expire: 2,
  expireat: 2,
  getex: 1,
  hrandfield: 2,
  hscan: 2,
  lpos: 2,
  pexpire: 2,
  pexpireat: 2,
  scan: 1,
  set: 2,
  sscan: 2,
  xrange: 3,
  xrevrange: 3,
  zadd: 1,
  zrange: 3,
  zrangebylex: 3,
  zrangebyscore: 3,
  zrevrange: 3,
  zrevrangebyscore: 3,
  zscan: 2,
};

/** The number of words of a command, its name included; negative where it is the least. */
const arities = new Map(Object.entries(commands).map(([name, { arity }]) => [name, arity]));

/** The commands that count: the place of the field, where a hash holds the counter, and of what is added. */
const counters: Record<string, { field?: number; added?: number; real?: true }> = {
  decr: {},
  decrby: { added: 1 },
  hincrby: { field: 1, added: 2 },
  hincrbyfloat: { field: 1, added: 2, real: true },
  incr: {},
  incrby: { added: 1 },
  incrbyfloat: { added: 1, real: true },
};

/** What the keys hold now. */
export interface Look {
  type(key: string): string;
  get(key: string): string | null;
  hget(key: string, field: string): string | null;
}

/**
 * What Redis checks and ioredis-mock does not: that the command exists, the number of its
 * arguments, that the key holds what the command is for, that a counter counts. Returns the
 * arguments with option names in the upper case which ioredis-mock wants.
 */
export function checkedArguments(
  [name, ...args]: Command,
  look: Look,
): string[] {
  const command = name.toLowerCase();
  const arity = arities.get(command);
  if (arity === undefined) throw new RedisError(`ERR unknown command '${name}'`);
  if (arity >= 0 ? args.length + 1 !== arity : args.length + 1 < -arity) {
    throw new RedisError(`ERR wrong number of arguments for '${command}' command`);
  }
  const wanted = types.find(([, commands]) => commands.test(command))?.[0];
  const held = wanted && args[0] !== undefined ? look.type(args[0]) : "none";
  if (held !== "none" && held !== wanted) {
    throw new RedisError("WRONGTYPE Operation against a key holding the wrong kind of value");
  }
  const counter = counters[command];
  if (counter) {
    const { field, added, real } = counter;
    const now = field === undefined ? look.get(args[0]!) : look.hget(args[0]!, args[field]!);
    const counts = (text: string) =>
      real ? Number.isFinite(Number(text || NaN)) : /^-?\d{1,19}$/.test(text);
    if (![now ?? "0", added === undefined ? "0" : args[added]!].every(counts)) {
      throw real ? new RedisError("ERR value is not a valid float") : notAnInteger();
    }
  }
  const from = optionsFrom[command] ?? args.length;
  return args.map((arg, index) =>
    index >= from && options.has(arg.toUpperCase()) ? arg.toUpperCase() : arg
  );
}

export function notAnInteger(): RedisError {
  return new RedisError("ERR value is not an integer or out of range");
}
