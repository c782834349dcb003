/** An example as it is kept: what was asked and what came, normalised. */
import type { Recorded } from "../../../scripts/openapi/examples.ts";
import { type Served, type Target } from "../suite/target.ts";
import { send } from "../suite/send.ts";
import type { Asked, Example } from "./example.ts";
import { Normaliser } from "./normalise.ts";
import type { Story } from "./story.ts";

/** Headers of a reply that an example shows. */
const shown = [
  "etag",
  "location",
  // #region shop
  "x-cart-id",
  // #endregion shop
];

/** Whoever the declaration asks for, on the story's stack. */
export function servedIn(story: Story): Served {
  const { at } = story;
  return {
    fetch(request) {
      const { pathname, search } = new URL(request.url);
      return fetch(new Request(at.url + pathname + search, request));
    },
    credentials: async () => ({
      publishableKey: at.publishableKey,
      secretKey: at.secretKey,
      userToken: "",
      staffToken: (await story.staff()).token,
    }),
  };
}

function draftOf({ as, params, query, headers, body, form, file, signed }: Asked) {
  const multipart = new FormData();
  if (file) multipart.set(file.field, file.blob, file.name);
  const content = file ? multipart : form ? new URLSearchParams(form) : signed;
  return {
    headers: {
      ...headers,
      ...(signed !== undefined && { "content-type": "application/json" }),
      ...(as && { authorization: `Bearer ${as.token}` }),
    },
    ...(params && { params }),
    ...(query && { query: new URLSearchParams(query).toString() }),
    ...(body !== undefined ? { json: body } : content !== undefined && { body: content }),
  };
}

function requestOf({ params, query, headers, body, form, file, signed }: Asked) {
  const sent = signed !== undefined
    ? JSON.parse(signed)
    : file
    ? { [file.field]: `(the bytes of ${file.name})` }
    : body ?? form;
  const some = (values?: Record<string, string>) => values && Object.keys(values).length > 0;
  return {
    ...(some(params) && { params }),
    ...(some(query) && { query }),
    ...(some(headers) && { headers }),
    ...(sent !== undefined && { body: sent }),
  };
}

/** Signatures hold the time and the secret: only their form can be shown. */
function withoutSignatures(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      /-timestamp$/.test(name)
        ? "1772442000"
        : name === "stripe-signature"
        ? "t=1772442000,v1=5257a869e7ec…"
        : name === "authorization"
        ? "Bearer socle_test_4Kd9…"
        : /-signature$/.test(name)
        ? "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN…"
        : value,
    ]),
  );
}

/**
 * Lets it happen.
 *
 * @throws when the reply is none that the operation declares, or not what the example is to show
 */
export async function record(target: Target, example: Example, story: Story): Promise<Recorded> {
  const asked = await example.ask(story);
  const { status, headers, body, code } = await send(target, draftOf(asked));
  if (code !== example.refused) {
    throw new Error(`${example.operation} answered ${status}: ${JSON.stringify(body)}`);
  }
  const request = requestOf(asked);
  const normaliser = new Normaliser({
    [story.at.url]: "http://127.0.0.1:54321",
    [story.at.siteUrl]: "http://127.0.0.1:54327",
    [story.at.stripeUrl]: "http://127.0.0.1:54325",
    [story.at.mailUrl]: "http://127.0.0.1:54324",
  }, Date.now());
  const kept = Object.fromEntries(
    shown.flatMap((name) => headers.has(name) ? [[name, headers.get(name)!]] : []),
  );
  return normaliser.value({
    operation: example.operation,
    title: example.title,
    ...(code !== undefined && { refused: code }),
    request: request.headers
      ? { ...request, headers: withoutSignatures(request.headers) }
      : request,
    reply: { status, ...(Object.keys(kept).length > 0 && { headers: kept }), body },
  }) as Recorded;
}
