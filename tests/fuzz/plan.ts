/** What a generated request is, before the world has filled it in. */
import fc from "fast-check";
import type { Declared } from "../../scripts/declarations.ts";
import { rightValues } from "../endpoints/suite/body.ts";
import { type TextChange, textChange, type ValueChange, valueChange } from "./mutation.ts";
import { type FileChange, fileChange } from "./file.ts";
import { header, type HeaderChange } from "./header.ts";
import { address, type AddressChange } from "./address.ts";
import { type SignatureChange, signatureChange, type SignedForm, signedForms } from "./signed.ts";
import { knownFields } from "./supplies/mod.ts";
// #region shop
import type { Reference } from "./reference.ts";
import { reference } from "./supplies/mod.ts";
// #endregion shop
import { type CallerKind, callerKinds } from "./world.ts";

/** One thing that is done to a right request. */
export type Change =
  | { to: "value"; change: ValueChange }
  | { to: "text"; change: TextChange }
  | { to: "header"; change: HeaderChange }
  | { to: "address"; change: AddressChange }
  | { to: "file"; change: FileChange }
  | { to: "signature"; change: SignatureChange }
  | { to: "method"; method: string }
  | { to: "stream" };

/** How far from right a request is meant to be. */
export type Aim = "right" | "near" | "hostile";

/** A generated request. */
export interface Plan {
  aim: Aim;
  caller: CallerKind;
  /** The second of the two users calls. */
  second: boolean;
  /** Nobody is signed in, where that is allowed. */
  guest: boolean;
  // #region shop
  /** A guest's cart. */
  cart: Reference | null;
  // #endregion shop
  /** Null sends no key; a number names one that other requests may send as well. */
  idempotencyKey: number | null;
  params: unknown;
  query: unknown;
  body: unknown;
  changes: Change[];
}

const methods = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "PROPFIND",
  "post",
  "Get",
];

/** What may be done to a request of this declaration. */
function changesOf({ declaration: { body, form, file, auth, query, path } }: Declared) {
  const parts: fc.WeightedArbitrary<Change>[] = [
    { weight: 1, arbitrary: fc.record({ to: fc.constant("header" as const), change: header }) },
    {
      weight: 1,
      arbitrary: fc.record({
        to: fc.constant("method" as const),
        method: fc.constantFrom(...methods),
      }),
    },
    {
      weight: query || path ? 6 : 1,
      arbitrary: fc.record({ to: fc.constant("address" as const), change: address }),
    },
  ];
  if (body || auth === "signature") {
    parts.push(
      {
        weight: 8,
        arbitrary: fc.record({ to: fc.constant("value" as const), change: valueChange }),
      },
      { weight: 3, arbitrary: fc.record({ to: fc.constant("text" as const), change: textChange }) },
      { weight: 1, arbitrary: fc.constant({ to: "stream" as const }) },
    );
  }
  if (file || form) {
    parts.push({
      weight: 10,
      arbitrary: fc.record({ to: fc.constant("file" as const), change: fileChange }),
    });
  }
  if (auth === "signature") {
    parts.push({
      weight: 2,
      arbitrary: fc.record({ to: fc.constant("signature" as const), change: signatureChange }),
    });
  }
  return fc.oneof(...parts);
}

function bodies(declared: Declared, siteUrl: string): fc.Arbitrary<unknown> {
  const { name, declaration: { body, form, auth } } = declared;
  if (auth === "signature") return signedForms[name as SignedForm];
  const schema = body ?? form;
  return schema ? rightValues(schema, knownFields(declared, siteUrl)) : fc.constant(undefined);
}

/** Requests of one method: half of them right, a quarter with one change, a quarter with several or strangers. */
export function plansOf(declared: Declared, siteUrl: string): fc.Arbitrary<Plan> {
  const { declaration: { params, query } } = declared;
  const known = knownFields(declared, siteUrl);
  const change = changesOf(declared);
  const shape = {
    second: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, {
      weight: 1,
      arbitrary: fc.constant(true),
    }),
    guest: fc.boolean(),
    // #region shop
    cart: fc.option(reference("cart")),
    // #endregion shop
    idempotencyKey: fc.option(fc.nat({ max: 400 }), { freq: 1 }),
    params: params ? rightValues(params, known) : fc.constant(undefined),
    query: query ? rightValues(query, known) : fc.constant(undefined),
    body: bodies(declared, siteUrl),
  };
  const right = fc.constant("right" as const);
  const anyone = fc.oneof<fc.MaybeWeightedArbitrary<CallerKind>[]>(
    { weight: 2, arbitrary: right },
    { weight: 3, arbitrary: fc.constantFrom(...callerKinds) },
  );
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        ...shape,
        aim: fc.constant("right" as const),
        caller: right,
        changes: fc.constant<Change[]>([]),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        ...shape,
        aim: fc.constant("near" as const),
        caller: right,
        changes: change.map((one) => [one]),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        ...shape,
        aim: fc.constant("hostile" as const),
        caller: anyone,
        changes: fc.array(change, { maxLength: 4 }),
      }),
    },
  );
}
