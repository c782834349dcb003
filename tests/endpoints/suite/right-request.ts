/** A method's own kind of request, so that nothing is wrong with it but what a test changes. */
import { rightBody } from "./body.ts";
import type { Draft } from "./send.ts";
import type { Target } from "./target.ts";

/** A body that the schema accepts, or a form with a file that is no image; nothing for GET. */
export function rightRequest({ declaration }: Target): Draft {
  if (declaration.body) return { json: rightBody(declaration.body) };
  if (declaration.form) {
    return { body: new URLSearchParams(rightBody(declaration.form) as Record<string, string>) };
  }
  if (declaration.file) {
    const form = new FormData();
    form.set(declaration.file.field, new File([new Uint8Array(8)], "a.png"));
    return { body: form };
  }
  return declaration.auth === "signature" ? { json: {} } : {};
}
