/** What the generated tests are aimed at: one method of one function, and how it is rightly called. */
import { type Declared, loadDeclarations } from "../../../scripts/declarations.ts";
import { type ScopeName, scopes } from "../../../supabase/functions/_shared/api-keys/scopes.ts";
import { stack, type StackAddress } from "../../support/stack.ts";
import { apiAccess, createApiKey, expireApiKey } from "../../support/api-keys.ts";
import { signUp, signUpStaff } from "../../support/users.ts";

/** Credentials that the functions under test accept. */
export interface Credentials {
  publishableKey: string;
  secretKey: string;
  userToken: string;
  staffToken: string;
}

/** Workspaces' keys, good and not. */
export interface WorkspaceKeys {
  /** Has the scope that it was asked for. */
  good: string;
  /** Has every scope but that one. */
  otherScope: string;
  revoked: string;
  expired: string;
  /** Has the scope, of a workspace whose plan includes no keys any more. */
  smallerPlan: string;
  /** A workspace that none of these keys is of. */
  otherWorkspaceId: string;
}

/** Where functions are served, and who may call them. */
export interface Served {
  /** Sends a request; its address is `/functions/v1/<name>` at any origin. */
  fetch(request: Request): Promise<Response>;
  credentials(): Promise<Credentials>;
  /** Only where functions that take keys are served. */
  workspaceKeys?(scope: ScopeName): Promise<WorkspaceKeys>;
}

/** One method of a function that is served somewhere. */
export interface Target extends Declared {
  /** Name and method, for the tests' names. */
  label: string;
  served: Served;
  /** Every method that is declared at its address. */
  methods: readonly string[];
}

/** Aims at declared methods. */
export function targetsOf(declared: Declared[], served: Served): Target[] {
  const byAddress = Map.groupBy(declared, ({ address }) => address);
  return declared.map(({ name, address, declaration }) => ({
    name,
    address,
    declaration,
    label: `${address} ${declaration.method}`,
    served,
    methods: byAddress.get(address)!.map((one) => one.declaration.method),
  }));
}

async function makeWorkspaceKeys(scope: ScopeName, on: StackAddress): Promise<WorkspaceKeys> {
  const [owner, left, other] = await Promise.all([signUp({ on }), signUp({ on }), signUp({ on })]);
  await Promise.all([apiAccess(owner, on), apiAccess(left, on)]);
  const role = "admin";
  const others = scopes.filter((one) => one !== scope);
  const [good, otherScope, revoked, expired, smallerPlan] = await Promise.all([
    createApiKey(owner, { scopes: [scope], role }, on),
    createApiKey(owner, { scopes: others, role }, on),
    createApiKey(owner, { scopes: [scope], role }, on),
    createApiKey(owner, { scopes: [scope], role }, on),
    createApiKey(left, { scopes: [scope], role }, on),
  ]);
  const { error } = await owner.client.from("workspace_api_keys")
    .update({ revoked_at: new Date().toISOString() }).eq("id", revoked.id);
  if (error !== null) throw error;
  await expireApiKey(expired.id, on);
  await apiAccess(left, on, false);
  return {
    good: good.key,
    otherScope: otherScope.key,
    revoked: revoked.key,
    expired: expired.key,
    smallerPlan: smallerPlan.key,
    otherWorkspaceId: other.workspaceId,
  };
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
    workspaceKeys: (scope) => makeWorkspaceKeys(scope, on),
  };
}

/** Every method of the product. */
export async function productTargets(served = servedBy()): Promise<Target[]> {
  return targetsOf(await loadDeclarations(), served);
}
