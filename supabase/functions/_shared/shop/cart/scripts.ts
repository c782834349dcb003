/**
 * What changes carts, as scripts that Redis runs as a whole: two that come at once come one after the
 * other. They keep to what Redis 5 to 8, Upstash and the local stand-in have in common, numbers written
 * by "%.0f" among it: Lua writes large ones as 1e+12, and Lua 5.3 wants integers for "%d".
 *
 * A cart is one hash:
 *
 * | field            | value                                                                            |
 * | ---------------- | -------------------------------------------------------------------------------- |
 * | `<variant id>`   | `quantity unit_amount price_list seq wanted`: a line. `wanted` is what a merge cut, or 0 |
 * | `out:<variant>`  | quantity that a merge found no room for, until the variant is touched            |
 * | `seq`            | clock of the cart, in ms and rising with each new line                           |
 * | `dead`           | `user:<id>`: the guest's cart that was merged into that user's; nothing else     |
 * | `paid:<order>`   | when the order's lines were taken out, so that they are taken out once           |
 * | `did:<key>`      | when a request with this Idempotency-Key was carried out; the latest of a day    |
 */

/** Seconds that a cart lives since it was last touched. */
export const lifetimeSeconds = 86_400;
/** Lines that a cart may have, so that one payment at Stripe can take them all; units that a line may. */
export const maxLines = 99;
export const maxQuantity = 999;
/** Requests that a cart knows for as long as it lives, so that nobody's grows without end. */
const maxDone = 500;

const common = `
local function parse(text)
  if not text then return nil end
  local quantity, amount, list, seq, wanted = string.match(text, "^(%d+) (%d+) (%S+) (%d+) (%d+)$")
  return { quantity = tonumber(quantity), amount = amount, list = list, seq = tonumber(seq), wanted = tonumber(wanted) }
end
local function put(key, variant, line)
  redis.call("HSET", key, variant, string.format("%.0f %s %s %.0f %.0f",
    line.quantity, line.amount, line.list, line.seq, line.wanted))
end
local function isVariant(field) return #field == 36 and not string.find(field, ":", 1, true) end
local function fields(key)
  local flat, found = redis.call("HGETALL", key), {}
  for index = 1, #flat, 2 do found[flat[index]] = flat[index + 1] end
  return found
end
local function countLines(found)
  local count = 0
  for field in pairs(found) do if isVariant(field) then count = count + 1 end end
  return count
end
local function prune(key, found, prefix, before)
  for field, value in pairs(found) do
    if string.sub(field, 1, #prefix) == prefix and tonumber(value) < before then redis.call("HDEL", key, field) end
  end
end
local function pruneDone(key, found, now)
  prune(key, found, "did:", now - ${lifetimeSeconds}000)
  local done = {}
  for field in pairs(found) do
    if string.sub(field, 1, 4) == "did:" then table.insert(done, field) end
  end
  if #done < ${maxDone} then return end
  table.sort(done, function(a, b) return tonumber(found[a]) < tonumber(found[b]) end)
  for index = 1, #done - ${maxDone - 1} do redis.call("HDEL", key, done[index]) end
end
local function told(status, key)
  redis.call("EXPIRE", key, ${lifetimeSeconds})
  return { status, redis.call("HGETALL", key) }
end
`;

/** KEYS: cart, and a second one that is to be read beside it. */
export const readScript = `${common}
local reply = {}
for index, key in ipairs(KEYS) do
  if redis.call("HEXISTS", key, "dead") == 1 then reply[index] = { "dead" }
  else reply[index] = told("ok", key) end
end
return reply`;

/**
 * KEYS: cart. ARGV: variant, quantity, unit amount, price list, now in ms, Idempotency-Key or "". Of a cart
 * that was merged it names the one that it was merged into.
 */
export const addScript = `${common}
local key, variant, quantity = KEYS[1], ARGV[1], tonumber(ARGV[2])
local now, did = tonumber(ARGV[5]), "did:" .. ARGV[6]
local found = fields(key)
if found["dead"] then return { "dead", found["dead"] } end
if ARGV[6] ~= "" and found[did] then return told("ok", key) end
local line = parse(found[variant])
if not line then
  if countLines(found) >= ${maxLines} then return { "full" } end
  local seq = math.max(tonumber(found["seq"] or "0") + 1, now)
  redis.call("HSET", key, "seq", string.format("%.0f", seq))
  line = { quantity = 0, seq = seq }
end
if line.quantity + quantity > ${maxQuantity} then return { "most", string.format("%.0f", line.quantity) } end
line.quantity, line.amount, line.list, line.wanted = line.quantity + quantity, ARGV[3], ARGV[4], 0
put(key, variant, line)
redis.call("HDEL", key, "out:" .. variant)
if ARGV[6] ~= "" then
  pruneDone(key, found, now)
  redis.call("HSET", key, did, ARGV[5])
end
return told("ok", key)`;

/** KEYS: cart. ARGV: variant, quantity; 0 takes the line out, whether or not it is there. */
export const setScript = `${common}
local key, variant, quantity = KEYS[1], ARGV[1], tonumber(ARGV[2])
if redis.call("HEXISTS", key, "dead") == 1 then return { "dead" } end
local line = parse(redis.call("HGET", key, variant))
if quantity == 0 then redis.call("HDEL", key, variant)
elseif not line then return { "missing" }
else
  line.quantity, line.wanted = quantity, 0
  put(key, variant, line)
end
redis.call("HDEL", key, "out:" .. variant)
return told("ok", key)`;

/** KEYS: cart. Takes all lines out; what was paid and done stays known. */
export const clearScript = `${common}
if redis.call("HEXISTS", KEYS[1], "dead") == 1 then return { "dead" } end
for field in pairs(fields(KEYS[1])) do
  if isVariant(field) or string.sub(field, 1, 4) == "out:" then redis.call("HDEL", KEYS[1], field) end
end
return told("ok", KEYS[1])`;

/**
 * KEYS: guest's cart, user's cart. ARGV: name of the user's cart, then variant and most units that can be
 * had, by turns. A variant without a most was added since, or is not on sale: it keeps its quantity.
 * Replies with what even its own notes had no room for, as variant and quantity by turns.
 */
export const mergeScript = `${common}
local from, into = KEYS[1], KEYS[2]
local guest, user = fields(from), fields(into)
if guest["dead"] then
  local reply = told("ok", into)
  reply[3] = {}
  return reply
end
local most = {}
for index = 2, #ARGV, 2 do most[ARGV[index]] = tonumber(ARGV[index + 1]) end
local variants, notes, unnoted = {}, 0, {}
for field, value in pairs(guest) do
  if isVariant(field) then table.insert(variants, field)
  elseif string.sub(field, 1, 5) == "paid:" or string.sub(field, 1, 4) == "did:" then
    redis.call("HSET", into, field, value)
  end
end
for field in pairs(user) do if string.sub(field, 1, 4) == "out:" then notes = notes + 1 end end
table.sort(variants, function(a, b) return parse(guest[a]).seq < parse(guest[b]).seq end)
local function note(variant, quantity)
  local known = redis.call("HEXISTS", into, "out:" .. variant) == 1
  if known or notes < ${maxLines} then
    if not known then notes = notes + 1 end
    redis.call("HINCRBY", into, "out:" .. variant, string.format("%.0f", quantity))
  else
    table.insert(unnoted, variant)
    table.insert(unnoted, string.format("%.0f", quantity))
  end
end
local count, seq = countLines(user), math.max(tonumber(user["seq"] or "0"), tonumber(guest["seq"] or "0"))
for _, variant in ipairs(variants) do
  local line, held = parse(guest[variant]), parse(user[variant])
  local wanted = math.max(line.quantity, line.wanted)
  if held then
    wanted = wanted + math.max(held.quantity, held.wanted)
    held.quantity = held.quantity + line.quantity
    line = held
  end
  if held or count < ${maxLines} then
    if not held then count = count + 1 end
    -- At least one: a line that cannot be had stays, and says so.
    line.quantity = math.min(line.quantity, ${maxQuantity}, math.max(1, most[variant] or ${maxQuantity}))
    line.wanted = wanted > line.quantity and wanted or 0
    put(into, variant, line)
  else note(variant, wanted) end
end
for field, value in pairs(guest) do
  if string.sub(field, 1, 4) == "out:" then note(string.sub(field, 5), tonumber(value)) end
end
redis.call("HSET", into, "seq", string.format("%.0f", seq))
redis.call("DEL", from)
redis.call("HSET", from, "dead", ARGV[1])
redis.call("EXPIRE", from, ${lifetimeSeconds})
local reply = told("ok", into)
reply[3] = unnoted
return reply`;

/**
 * KEYS: cart. ARGV: order, the cart's clock when the order was placed, now in ms, then variant and bought
 * quantity by turns. A line that was put in anew since then stays; what was added to a line stays as well.
 */
export const takeScript = `${common}
local key, paid, began, now = KEYS[1], "paid:" .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local found = fields(key)
if found["dead"] then return { "moved", found["dead"] } end
if next(found) == nil or found[paid] then return { "ok" } end
for index = 4, #ARGV, 2 do
  local variant, bought = ARGV[index], tonumber(ARGV[index + 1])
  local line = parse(found[variant])
  if line and line.seq <= began then
    line.quantity, line.wanted = line.quantity - bought, 0
    if line.quantity > 0 then put(key, variant, line) else redis.call("HDEL", key, variant) end
  end
end
prune(key, found, "paid:", now - 2592000000)
redis.call("HSET", key, paid, ARGV[3])
return { "ok" }`;
