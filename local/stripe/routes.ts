import { StripeProblem } from "./errors.ts";
import type { Operation } from "./resource.ts";
import { resources } from "./resources.ts";

interface Route {
  operation: Operation;
  method: string;
  pattern: RegExp;
}

const declared: Route[] = resources.flatMap(({ operations }) =>
  operations.map((operation) => {
    const [method = "", path = ""] = operation.name.split(" ");
    const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, "([^/]+)")}$`);
    return { operation, method, pattern };
  })
);

/** Plain paths first: `/v1/invoices/create_preview` before `/v1/invoices/{id}`. */
const routes = declared.toSorted((a, b) =>
  Number(a.operation.name.includes("{")) - Number(b.operation.name.includes("{"))
);

/** The operation that serves a request, and the ids in its path ('' where it has none). */
export function findOperation(
  method: string,
  path: string,
): { operation: Operation; id: string; part: string } {
  for (const route of routes) {
    const match = route.method === method ? route.pattern.exec(path) : null;
    if (match !== null) {
      const [id = "", part = ""] = match.slice(1).map(decodeURIComponent);
      return { operation: route.operation, id, part };
    }
  }
  throw new StripeProblem(404, {
    type: "invalid_request_error",
    message: `Unrecognized request URL (${method}: ${path}): the local Stripe does not implement ` +
      "it, or Stripe has no such call.",
  });
}
