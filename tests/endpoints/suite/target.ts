/** What the generated tests are aimed at: one method of one function, and how it is rightly called. */
import { type Declared, loadDeclarations } from "../../../scripts/declarations.ts";
import { stack, type StackAddress } from "../../support/stack.ts";
import { signUp, signUpStaff } from "../../support/users.ts";

/** Credentials that the functions under test accept. */
export interface Credentials {
  publishableKey: string;
  secretKey: string;
  userToken: string;
  staffToken: string;
}

/** Where functions are served, and who may call them. */
export interface Served {
  /** Sends a request; its address is `/functions/v1/<name>` at any origin. */
  fetch(request: Request): Promise<Response>;
  credentials(): Promise<Credentials>;
}

/** One method of a function that is served somewhere. */
export interface Target extends Declared {
  /** Name and method, for the tests' names. */
  label: string;
  served: Served;
  /** Every method that the function declares. */
  methods: readonly string[];
}

/** Aims at declared methods. */
export function targetsOf(declared: Declared[], served: Served): Target[] {
  const byName = Map.groupBy(declared, ({ name }) => name);
  return declared.map(({ name, declaration }) => ({
    name,
    declaration,
    label: `${name} ${declaration.method}`,
    served,
    methods: byName.get(name)!.map((one) => one.declaration.method),
  }));
}

/** The product's functions on a running stack, called by a user of one's own. */
export function servedBy(on: StackAddress = stack): Served {
  let credentials: Promise<Credentials> | undefined;
  return {
    fetch(request) {
      const { pathname, search } = new URL(request.url);
      return fetch(new Request(on.url + pathname + search, request));
    },
    credentials() {
      credentials ??= Promise.all([signUp({ on }), signUpStaff({ on })]).then(([user, staff]) => ({
        publishableKey: on.publishableKey,
        secretKey: on.secretKey,
        userToken: user.token,
        staffToken: staff.token,
      }));
      return credentials;
    },
  };
}

/** Every method of the product. */
export async function productTargets(served = servedBy()): Promise<Target[]> {
  return targetsOf(await loadDeclarations(), served);
}
