/** Accounts, and what belongs to people. */
import { png } from "../../support/images.ts";
import { givePlan } from "../../workspaces/team.ts";
import { apiAccess } from "../../support/api-keys.ts";
import type { TestUser } from "../../support/users.ts";
import type { Chapter } from "./example.ts";
import type { Story } from "./story.ts";

const password = "correct horse battery staple";

/** A shared workspace of Ada's with room for ten. */
async function team(story: Story, owner: TestUser): Promise<string> {
  const { data, error } = await owner.client.rpc("workspace_create", {
    name: "Analytical Engines",
  });
  if (error !== null) throw error;
  const { id } = data as { id: string };
  await givePlan(story.sql, id, 10);
  return id;
}

export const accounts: Chapter = {
  name: "accounts",
  examples: [
    {
      operation: "authSignup",
      title: "Somebody signs up",
      ask: (story) => ({
        body: { email: story.address("ada"), password, name: "Ada Lovelace", locale: "en" },
      }),
    },
    {
      operation: "authLogin",
      title: "Somebody signs in",
      async ask(story) {
        const { email, password } = await story.ada();
        return { body: { email, password } };
      },
    },
    {
      operation: "authPasswordReset",
      title: "The same answer whether or not there is an account",
      ask: (story) => ({
        body: {
          email: story.address("ada"),
          redirect_to: `${story.at.siteUrl}/new-password`,
        },
      }),
    },
    {
      operation: "userProfileGet",
      title: "One's own profile",
      ask: async (story) => ({ as: await story.ada() }),
    },
    {
      operation: "userProfileUpdate",
      title: "Another language",
      ask: async (story) => ({ as: await story.ada(), body: { locale: "fr" } }),
    },
    {
      operation: "userProfileReplace",
      title: "A profile written anew",
      ask: async (story) => ({
        as: await story.ada(),
        body: { name: "Ada King", locale: "en", avatar_url: null },
      }),
    },
    {
      operation: "avatarUpload",
      title: "A picture",
      ask: async (story) => ({
        as: await story.ada(),
        file: {
          field: "file",
          name: "portrait.png",
          blob: new Blob([png()], { type: "image/png" }),
        },
      }),
    },
    {
      operation: "accountExportRequest",
      title: "A copy of everything, asked for",
      ask: async (story) => ({ as: await story.ada(), body: {} }),
    },
    {
      operation: "accountExportGet",
      title: "A copy that is ready",
      async ask(story) {
        const ada = await story.ada();
        await story.call("POST", "account-export", ada, {});
        await story.until(
          "the export",
          "account-export",
          ada,
          (body) => body.export.state === "ready",
        );
        return { as: ada };
      },
    },
    {
      operation: "accountDeleteRequest",
      title: "Confirmed by the password",
      async ask(story) {
        const ada = await story.ada();
        return { as: ada, body: { password: ada.password } };
      },
    },
    {
      operation: "accountDeleteGet",
      title: "A deletion that is due in seven days",
      async ask(story) {
        const ada = await story.ada();
        await story.call("POST", "account-delete", ada, { password: ada.password });
        return { as: ada };
      },
    },
    {
      operation: "accountDeleteCancel",
      title: "Kept after all",
      async ask(story) {
        const ada = await story.ada();
        await story.call("POST", "account-delete", ada, { password: ada.password });
        return { as: ada, body: {} };
      },
    },
    {
      operation: "workspaceGet",
      title: "One's personal workspace",
      ask: async (story) => ({ as: await story.ada(), query: {} }),
    },
    {
      operation: "workspaceUpdate",
      title: "A new name",
      ask: async (story) => ({ as: await story.ada(), body: { name: "Engines & Co" } }),
    },
    {
      operation: "workspaceDelete",
      title: "A shared workspace ends",
      async ask(story) {
        const ada = await story.ada();
        const { data, error } = await ada.client.rpc("workspace_create", { name: "Try-out" });
        if (error !== null) throw error;
        return { as: ada, body: { workspace_id: (data as { id: string }).id } };
      },
    },
    {
      operation: "workspaceInvite",
      title: "A colleague is invited",
      async ask(story) {
        const ada = await story.ada();
        return {
          as: ada,
          body: {
            workspace_id: await team(story, ada),
            email: story.address("charles"),
            role: "admin",
          },
        };
      },
    },
    {
      operation: "workspaceAccept",
      title: "The colleague joins",
      async ask(story) {
        const [ada, charles] = await Promise.all([story.ada(), story.ada()]);
        const workspace_id = await team(story, ada);
        const { invitation } = await story.call("POST", "workspace-invite", ada, {
          workspace_id,
          email: charles.email,
        });
        return { as: charles, body: { invitation_id: invitation.id } };
      },
    },
    {
      operation: "apiKeyCreate",
      title: "A key for a script that reads",
      async ask(story) {
        const ada = await story.ada();
        await apiAccess(ada, story.at);
        return {
          as: ada,
          body: {
            workspace_id: ada.workspaceId,
            name: "Nightly report",
            role: "member",
            scopes: ["workspace:read"],
            expires_in_days: 90,
          },
        };
      },
    },
  ],
};
