/** Refusals that callers meet often, or that tell more than their code. */
import { apiAccess, createApiKey } from "../../support/api-keys.ts";
import type { Chapter } from "./example.ts";

export const refusals: Chapter = {
  name: "refusals",
  examples: [
    {
      operation: "authSignup",
      title: "Two fields are wrong",
      refused: "invalid_body",
      ask: () => ({
        body: { email: "ada", password: "correct horse battery staple", name: "", locale: "en" },
      }),
    },
    {
      operation: "authLogin",
      title: "A wrong password",
      refused: "invalid_credentials",
      ask: async (story) => ({
        body: { email: (await story.ada()).email, password: "incorrect horse" },
      }),
    },
    {
      operation: "userProfileUpdate",
      title: "Somebody else was faster",
      refused: "precondition_failed",
      async ask(story) {
        const ada = await story.ada();
        await story.call("PATCH", "user-profile", ada, { name: "Ada King" });
        return { as: ada, headers: { "if-match": '"1"' }, body: { name: "Ada Byron" } };
      },
    },
    {
      operation: "workspaceInvite",
      title: "The plan has room for one",
      refused: "seat_limit_reached",
      async ask(story) {
        const ada = await story.ada();
        const { data, error } = await ada.client.rpc("workspace_create", {
          name: "Analytical Engines",
        });
        if (error !== null) throw error;
        return {
          as: ada,
          body: {
            workspace_id: (data as { id: string }).id,
            email: story.address("charles"),
            role: "member",
          },
        };
      },
    },
    {
      operation: "apiKeyCreate",
      title: "Not included in the plan",
      refused: "plan_required",
      async ask(story) {
        const ada = await story.ada();
        return {
          as: ada,
          body: {
            workspace_id: ada.workspaceId,
            name: "Nightly report",
            scopes: ["workspace:read"],
          },
        };
      },
    },
    {
      operation: "workspaceUpdate",
      title: "A key that may only read",
      refused: "scope_missing",
      async ask(story) {
        const ada = await story.ada();
        await apiAccess(ada, story.at);
        const { key } = await createApiKey(ada, { scopes: ["workspace:read"] }, story.at);
        return {
          headers: { authorization: `Bearer ${key}` },
          body: { name: "Engines & Co" },
        };
      },
    },
    {
      operation: "subscriptionCancel",
      title: "Nothing runs that could end",
      refused: "subscription_not_found",
      ask: async (story) => ({ as: await story.ada(), body: {} }),
    },
    {
      operation: "subscriptionCreate",
      title: "A code that nobody has given out",
      refused: "promotion_code_invalid",
      ask: async (story) => ({
        as: await story.ada(),
        body: { price_id: "price_monthly_basic", promotion_code: "HALFPRICE" },
      }),
    },
    {
      operation: "subscriptionCreate",
      title: "The same key with another request",
      refused: "idempotency_key_reused",
      async ask(story) {
        const ada = await story.ada();
        const key = crypto.randomUUID();
        await story.call("POST", "subscription-create", ada, {
          price_id: "price_monthly_basic",
        }, { "idempotency-key": key });
        return {
          as: ada,
          headers: { "idempotency-key": key },
          body: { price_id: "price_monthly_pro" },
        };
      },
    },
    {
      operation: "stripeWebhook",
      title: "Not signed by Stripe",
      refused: "invalid_signature",
      ask: () => ({
        signed: JSON.stringify({ id: "evt_1SocleExample0002", object: "event", type: "x" }),
        headers: { "stripe-signature": "t=1772442000,v1=5257a869e7ec" },
      }),
    },
  ],
};
