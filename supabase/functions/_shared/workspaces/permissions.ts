/**
 * Who may do what in a workspace: the one table. docs/security.md shows it, and
 * tests/rls/permissions.test.ts tries every cell of it on the database, which is what decides.
 */
import type { Role } from "./roles.ts";

/** One row of the table. */
export interface Permission {
  /** What is done, to follow "may". */
  what: string;
  roles: readonly Role[];
}

const everybody = ["owner", "admin", "member", "billing"] as const;
const managers = ["owner", "admin"] as const;
const payers = ["owner", "admin", "billing"] as const;

/** Every row. A new one needs its proof beside the others in the test. */
export const permissions = {
  see_members: {
    what: "see the workspace, and its members by name, avatar and role",
    roles: everybody,
  },
  see_addresses: { what: "see the members' mail addresses", roles: managers },
  rename: { what: "change the workspace's name and slug", roles: managers },
  invite: { what: "invite an admin, a member or somebody for billing", roles: managers },
  invite_owner: { what: "invite an owner", roles: ["owner"] },
  see_invitations: { what: "see invitations", roles: managers },
  revoke_invitation: { what: "revoke an invitation", roles: managers },
  change_role: {
    what: "change the role of whoever is not an owner, to anything below owner",
    roles: managers,
  },
  remove_member: { what: "remove whoever is not an owner", roles: managers },
  make_owner: { what: "make another member an owner", roles: ["owner"] },
  change_owner: { what: "change the role of another owner", roles: ["owner"] },
  remove_owner: { what: "remove another owner", roles: ["owner"] },
  transfer: { what: "hand the workspace over to another member", roles: ["owner"] },
  leave: { what: "leave (the last owner cannot)", roles: everybody },
  delete_workspace: {
    what: "delete the workspace (not while a subscription runs)",
    roles: ["owner"],
  },
  see_subscription: { what: "see the plan and the subscription", roles: everybody },
  change_subscription: { what: "buy, change, cancel and pay for a subscription", roles: payers },
  see_invoices: { what: "see invoices, payments, refunds and cards on file", roles: payers },
  see_dunning: { what: "see which payments failed, and what follows from it", roles: payers },
  create_api_key: { what: "create an API key of the workspace", roles: managers },
  see_api_keys: { what: "see the workspace's API keys, without their secrets", roles: managers },
  revoke_api_key: { what: "rename and revoke an API key", roles: managers },
  see_audit_log: { what: "read what was done in the workspace", roles: managers },
} as const satisfies Record<string, Permission>;

/** The name of a row. */
export type PermissionName = keyof typeof permissions;
