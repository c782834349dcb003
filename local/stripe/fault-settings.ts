import { calls } from "./parameters/generated.ts";
import { invalid } from "./errors.ts";

/** What happens to the deliveries of events. */
export interface DeliveryFaults {
  /** How often each is sent beyond once. */
  duplicate?: number;
  /** True throws them into another order. */
  reorder?: boolean;
  /** How long each waits before it is sent. */
  delay_ms?: number;
  /** How many of the next are not sent, or which types; `POST /_local/deliver` sends them later. */
  drop?: number | string[];
}

/** What happens to calls of the API. */
export interface ApiFault {
  /** How many of the next matching calls are answered with `status`. */
  fail?: number;
  status: 402 | 429 | 500;
  /** How many of the next matching calls get no answer for as long as they wait. */
  timeout?: number;
  /** By how much each matching call is slowed. */
  slow_ms?: number;
  /** `POST /v1/subscriptions`, `POST /v1/subscriptions/{id}` or one with its id; any call without. */
  match?: string;
  /** Before the effect nothing has happened; after it, only the answer is lost. */
  when: "before" | "after";
}

export interface Faults {
  deliveries: DeliveryFaults;
  /** The first that matches a call strikes. */
  api: ApiFault[];
}

type Checks = Record<string, (value: unknown) => boolean>;

const isCount = (value: unknown) => Number.isInteger(value) && Number(value) >= 0;
const isMilliseconds = (value: unknown) => isCount(value) && Number(value) <= 60_000;

const deliveryChecks: Checks = {
  duplicate: (value) => isCount(value) && Number(value) <= 100,
  reorder: (value) => typeof value === "boolean",
  delay_ms: isMilliseconds,
  drop: (value) =>
    isCount(value) || (Array.isArray(value) && value.every((type) => typeof type === "string")),
};

const apiChecks: Checks = {
  fail: isCount,
  status: (value) => value === 402 || value === 429 || value === 500,
  timeout: isCount,
  slow_ms: isMilliseconds,
  match: (value) => typeof value === "string" && isCall(value),
  when: (value) => value === "before" || value === "after",
};

/** Reads what a test has set; throws what is wrong with it. `api` may be one fault or several. */
export function readFaults(given: unknown): Faults {
  const { deliveries = {}, api = [], ...others } = objectOf(given, "the body");
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalid(`there is no fault "${unknown}"`, { param: unknown });
  const faults = (Array.isArray(api) ? api : [api]).map((one) => {
    const fault: ApiFault = { status: 500, when: "before", ...checked(one, "api", apiChecks) };
    if (fault.status === 402 && fault.when === "after") {
      throw invalid("a card cannot be declined after the charge has happened", { param: "when" });
    }
    return fault;
  });
  return { deliveries: checked(deliveries, "deliveries", deliveryChecks), api: faults };
}

function checked(given: unknown, name: string, checks: Checks): Record<string, never> {
  const fields = objectOf(given, name);
  for (const [field, value] of Object.entries(fields)) {
    if (checks[field]?.(value) !== true) {
      throw invalid(`cannot set ${name}.${field} to ${JSON.stringify(value)}`, {
        param: `${name}[${field}]`,
      });
    }
  }
  return fields as Record<string, never>;
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(`${name} must be an object`);
  }
  return value as Record<string, unknown>;
}

/** Whether a call of that name, or with an id in its path, is served: a typo would match nothing. */
function isCall(match: string): boolean {
  return Object.keys(calls).some((name) =>
    name === match || new RegExp(`^${name.replace(/\{\w+\}/g, "[^/]+")}$`).test(match)
  );
}
