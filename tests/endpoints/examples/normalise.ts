/**
 * What differs from run to run, replaced by what does not: ids, moments, tokens, addresses. The same value
 * becomes the same text wherever it stands in an example, so that one sees what belongs together.
 */
import { createHash } from "node:crypto";

/** Where the stack is that the example ran on, by the address that the reader's stack has. */
export type Addresses = Record<string, string>;

/** When every example happens. */
export const moment = Date.parse("2026-03-02T09:00:00Z");

const minute = 60_000;
const day = 24 * 60 * minute;

/** Members whose text is ours to read alone. */
const opaque: Record<string, string> = {
  // #region shop
  cart_id: "3f8a1c62-5b0e-4d7f-9a21-6e4c8b2d7f10.Xq0…",
  "x-cart-id": "3f8a1c62-5b0e-4d7f-9a21-6e4c8b2d7f10.Xq0…",
  order_token: "0b5e2d4c-91f7-4a3e-8c6d-f2a1b3c4d5e6.k7Q…",
  // #endregion shop
  quote: "eyJjaGFuZ2UiOiJwcmljZV9tb250aGx5X3BybyJ9.Vd3…",
  client_secret: "pi_3Socle0001_secret_…",
  access_token: "eyJhbGciOiJFUzI1NiJ9…",
  refresh_token: "v4x8…",
  key: "socle_test_4Kd9…",
  prefix: "socle_test_4Kd9",
  next_cursor: "eyJpZCI6…",
  "idempotency-key": "6f1c0f6e-2d0b-4a52-8a55-3f8f1f0d9a77",
};

/** Members that are numbers given in the order of arrival. */
const serial = /^(id|ids|seq|wanted_seq|synced_seq|run_id|job_id|cause)$/;

/** An id for the n-th that occurs, which looks as random as the one that it stands for. */
function uuid(index: number): string {
  const digits = createHash("sha256").update(`example ${index}`).digest("hex");
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(12, 15)}`];
  return [...parts, `9${digits.slice(15, 18)}`, digits.slice(18, 30)].join("-");
}

/** Months and years are as long as the calendar has them: what is about one of them is one of them. */
function shifted(time: number, now: number): number {
  const delta = time - now;
  const days = delta / day;
  const date = new Date(moment);
  if (days > 27.5 && days < 31.5) return date.setUTCMonth(date.getUTCMonth() + 1);
  if (days > 364.5 && days < 366.5) return date.setUTCFullYear(date.getUTCFullYear() + 1);
  // Nearer than this it is the moment itself, however long the example took.
  return moment + Math.round(delta / (5 * minute)) * 5 * minute;
}

/** Replaces what one example holds. */
export class Normaliser {
  readonly #known = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor(readonly addresses: Addresses, readonly now: number) {}

  #as(kind: string, value: string, write: (index: number) => string): string {
    const held = this.#known.get(value);
    if (held !== undefined) return held;
    const index = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, index);
    const made = write(index);
    this.#known.set(value, made);
    return made;
  }

  /** A text, in which several things may stand. */
  text(value: string): string {
    let text = value;
    for (const [from, to] of Object.entries(this.addresses)) text = text.replaceAll(from, to);
    return text
      // What tests add to names, so that each is nobody else's.
      .replaceAll(/(?<=[a-z])-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=@|\.csv)/g, "")
      // What a workspace's slug ends with, so that it is nobody else's.
      .replaceAll(/(?<=^[a-z-]+-)[0-9a-f]{12}$/g, "4c1d09e7b2a8")
      // Hashes of what has random ids in it, and signatures.
      .replaceAll(/\b[0-9a-f]{64}\b/g, createHash("sha256").update("example").digest("hex"))
      .replaceAll(/"[0-9a-f]{32}"/g, '"d58b29112b91355eac2e1074221236f7"')
      .replaceAll(/\.[\w-]{43}$/g, ".8OVdYoLu…")
      .replaceAll(/\bpw-[0-9a-f-]{36}\b/g, "correct horse battery staple")
      .replaceAll(today(this.now), "March 2, 2026")
      .replaceAll(/\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g, "eyJhbGciOiJFUzI1NiJ9…")
      .replaceAll(/(\?|&)(token|expires|signature)=[^&"\s]+/gi, "$1$2=…")
      .replaceAll(
        /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g,
        (one) => this.#as("uuid", one, uuid),
      )
      .replaceAll(
        /\b(cs_test|msg|[a-z]{2,5})_(?=[a-z]*[A-Z0-9])([A-Za-z0-9]{14,})\b/g,
        (one, prefix) => this.#as(prefix, one, (index) => `${prefix}_1Socle${pad(index)}`),
      )
      .replaceAll(
        /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)/g,
        (one) => this.#time(one),
      );
  }

  /** A number that rows were given in the order of arrival. */
  #serial(value: string | number): string {
    return this.#as("serial", `#${value}`, (index) => String(1040 + index));
  }

  #time(value: string): string {
    const time = Date.parse(value);
    // Far off, or in the past that an example has written: it is no moment of this run.
    if (time > this.now + 1000 * day || Math.abs(time - moment) < minute) return value;
    return new Date(shifted(time, this.now)).toISOString();
  }

  /** A value with all that is in it; `name` is that of the member. */
  value(value: unknown, name = ""): unknown {
    if (typeof value === "string") {
      if (Object.hasOwn(opaque, name)) return opaque[name];
      if (/^(order_)?number$/.test(name)) {
        return this.#as("number", value, (index) => `7K3M9Q2Z${String(index).padStart(2, "0")}`);
      }
      return name === "id" && /^\d+$/.test(value) ? this.#serial(value) : this.text(value);
    }
    if (typeof value === "number" && serial.test(name)) return Number(this.#serial(value));
    // Seconds since 1970, of a token.
    if (typeof value === "number" && name === "expires_at") return moment / 1000 + 3600;
    if (Array.isArray(value)) return value.map((one) => this.value(one, name));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [this.text(key), this.value(one, key)]),
      );
    }
    return value;
  }
}

/** As Stripe writes it in the lines of an invoice. */
function today(now: number): string {
  return new Date(now).toLocaleDateString("en-US", {
    dateStyle: "long",
    timeZone: "UTC",
  });
}

function pad(index: number): string {
  return String(index).padStart(4, "0");
}
