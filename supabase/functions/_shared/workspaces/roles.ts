/** The roles that a member of a workspace may have, as workspace_members_role_known says. */
import * as z from "zod";

/** Every role, the one that may most first. What each may do is in permissions.ts. */
export const roles = ["owner", "admin", "member", "billing"] as const;

/** A member's role. */
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;
