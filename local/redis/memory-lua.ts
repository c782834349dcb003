import process from "node:process";
import { type Command, RedisError, type Reply } from "./backend.ts";

/** Runs a script as Redis does; `call` is what its redis.call reaches. */
export type Evaluate = (
  script: string,
  keys: string[],
  args: string[],
  call: (command: Command) => Reply,
) => Reply;

/** What of fengari, a Lua 5.3 in JavaScript, is used here; its strings are bytes. */
interface Fengari {
  lua: {
    lua_call(L: State, args: number, results: number): void;
    lua_close(L: State): void;
    lua_createtable(L: State, array: number, hash: number): void;
    lua_error(L: State): never;
    lua_getfield(L: State, index: number, key: Uint8Array): number;
    lua_geti(L: State, index: number, key: number): number;
    lua_getglobal(L: State, name: Uint8Array): number;
    lua_gettop(L: State): number;
    lua_pcall(L: State, args: number, results: number, handler: number): number;
    lua_pop(L: State, count: number): void;
    lua_pushboolean(L: State, value: boolean): void;
    lua_pushjsfunction(L: State, fn: (L: State) => number): void;
    lua_pushnil(L: State): void;
    lua_pushnumber(L: State, value: number): void;
    lua_pushstring(L: State, value: Uint8Array): void;
    lua_setfield(L: State, index: number, key: Uint8Array): void;
    lua_setglobal(L: State, name: Uint8Array): void;
    lua_seti(L: State, index: number, key: number): void;
    lua_toboolean(L: State, index: number): boolean;
    lua_tolstring(L: State, index: number): Uint8Array;
    lua_tonumber(L: State, index: number): number;
    lua_type(L: State, index: number): number;
    LUA_TBOOLEAN: number;
    LUA_TNUMBER: number;
    LUA_TSTRING: number;
    LUA_TTABLE: number;
  };
  lauxlib: {
    luaL_loadbuffer(L: State, code: Uint8Array, size: number, name: Uint8Array): number;
    luaL_newstate(): State;
    luaL_requiref(L: State, name: Uint8Array, open: unknown, global: number): void;
  };
  lualib: Record<"luaopen_base" | "luaopen_table" | "luaopen_string" | "luaopen_math", unknown>;
}
type State = { readonly lua: unique symbol };

// Redis runs Lua 5.1, whose only number is the double; fengari's integers would wrap at 32 bits.
const prelude = `
  unpack = table.unpack
  loadstring = load
  math.pow = function(x, y) return x ^ y end
  local asNumber = tonumber
  tonumber = function(...)
    local number = asNumber(...)
    return number and number + 0.0
  end
  dofile, loadfile, print, collectgarbage = nil, nil, nil, nil
  redis.error_reply = function(text) return { err = text } end
  redis.status_reply = function(text) return { ok = text } end
  redis.call = function(...)
    local reply = redis.pcall(...)
    if type(reply) == "table" and reply.err then error(reply, 0) end
    return reply
  end
`;

/** Loads the Lua that scripts run in. */
export async function loadLua(): Promise<Evaluate> {
  // Read once, when it is loaded: "5" for 5.0, as Lua 5.1 prints it.
  process.env["FENGARICONF"] = `{"LUA_COMPAT_FLOATSTRING":true}`;
  const { default: { lua, lauxlib, lualib } } = await import("fengari") as unknown as {
    default: Fengari;
  };
  delete process.env["FENGARICONF"];
  const bytes = (text: string) => new TextEncoder().encode(text);
  const text = (value: Uint8Array) => new TextDecoder().decode(value);

  function pushTable(L: State, values: Reply[]): void {
    lua.lua_createtable(L, values.length, 0);
    values.forEach((value, index) => {
      push(L, value);
      lua.lua_seti(L, -2, index + 1);
    });
  }

  /** A reply as a script sees it: null is false, a status a table. */
  function push(L: State, reply: Reply): void {
    if (reply === null) lua.lua_pushboolean(L, false);
    else if (typeof reply === "number") lua.lua_pushnumber(L, reply);
    else if (Array.isArray(reply)) pushTable(L, reply);
    else lua.lua_pushstring(L, typeof reply === "string" ? bytes(reply) : reply);
  }

  function pushField(L: State, field: string, value: string): void {
    lua.lua_createtable(L, 0, 1);
    lua.lua_pushstring(L, bytes(value));
    lua.lua_setfield(L, -2, bytes(field));
  }

  function field(L: State, index: number, name: string): string | undefined {
    const type = lua.lua_getfield(L, index, bytes(name));
    const value = type === lua.LUA_TSTRING ? text(lua.lua_tolstring(L, -1)) : undefined;
    lua.lua_pop(L, 1);
    return value;
  }

  /** What a script returned, as Redis answers it: numbers cut to integers, a list up to its first nil. */
  function pop(L: State): Reply {
    const type = lua.lua_type(L, -1);
    let reply: Reply = null;
    if (type === lua.LUA_TSTRING) reply = text(lua.lua_tolstring(L, -1));
    else if (type === lua.LUA_TNUMBER) reply = Math.trunc(lua.lua_tonumber(L, -1));
    else if (type === lua.LUA_TBOOLEAN) reply = lua.lua_toboolean(L, -1) ? 1 : null;
    else if (type === lua.LUA_TTABLE) {
      const error = field(L, -1, "err");
      if (error !== undefined) throw new RedisError(error);
      reply = field(L, -1, "ok") ?? popList(L);
    }
    lua.lua_pop(L, 1);
    return reply;
  }

  function popList(L: State): Reply[] {
    const list: Reply[] = [];
    for (let index = 1; lua.lua_geti(L, -1, index) !== 0; index++) list.push(pop(L));
    lua.lua_pop(L, 1);
    return list;
  }

  function redisCall(call: (command: Command) => Reply) {
    return (L: State): number => {
      const command = Array.from({ length: lua.lua_gettop(L) }, (_, index) => {
        const type = lua.lua_type(L, index + 1);
        // Not by Lua, which writes 100000000000000 as 1e+14.
        if (type === lua.LUA_TNUMBER) return String(lua.lua_tonumber(L, index + 1));
        if (type === lua.LUA_TSTRING) return text(lua.lua_tolstring(L, index + 1));
      });
      try {
        if (command.length === 0 || command.includes(undefined)) {
          throw new RedisError("ERR Lua redis lib command arguments must be strings or integers");
        }
        const reply = call(command as Command);
        if (reply === "OK" || command[0]!.toLowerCase() === "type") {
          pushField(L, "ok", reply as string);
        } else push(L, reply);
      } catch (error) {
        if (!(error instanceof RedisError)) throw error;
        pushField(L, "err", error.message);
      }
      return 1;
    };
  }

  /** Runs the loaded chunk below `args`; throws what it throws as Redis says it. */
  function execute(L: State, code: string, name: string): void {
    const source = bytes(code);
    if (lauxlib.luaL_loadbuffer(L, source, source.length, bytes(name)) !== 0) {
      throw new RedisError(`ERR Error compiling script: ${text(lua.lua_tolstring(L, -1))}`);
    }
    if (lua.lua_pcall(L, 0, 1, 0) === 0) return;
    if (lua.lua_type(L, -1) === lua.LUA_TTABLE) pop(L); // redis.call's error: throws.
    throw new RedisError(`ERR ${text(lua.lua_tolstring(L, -1))}`);
  }

  return (script, keys, args, call) => {
    const L = lauxlib.luaL_newstate();
    try {
      for (const library of ["base", "table", "string", "math"] as const) {
        lauxlib.luaL_requiref(
          L,
          bytes(library === "base" ? "_G" : library),
          lualib[`luaopen_${library}`],
          1,
        );
        lua.lua_pop(L, 1);
      }
      lua.lua_createtable(L, 0, 8);
      lua.lua_pushjsfunction(L, redisCall(call));
      lua.lua_setfield(L, -2, bytes("pcall"));
      lua.lua_setglobal(L, bytes("redis"));
      pushTable(L, keys);
      lua.lua_setglobal(L, bytes("KEYS"));
      pushTable(L, args);
      lua.lua_setglobal(L, bytes("ARGV"));
      execute(L, prelude, "=prelude");
      execute(L, script, "=user_script");
      return pop(L);
    } finally {
      lua.lua_close(L);
    }
  };
}
