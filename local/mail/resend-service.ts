import { createEmulator, defineEmulator } from "emulate";
import type { RecordStore } from "./record-store.ts";

/** Answers Resend's API and the pages of its inbox. */
export interface ResendService {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** What emulate calls a plugin: the routes of one service over a store. */
interface ResendPlugin {
  register(
    app: unknown,
    store: RecordStore,
    webhooks: unknown,
    baseUrl: string,
    tokens: Map<string, unknown>,
  ): void;
}

/**
 * emulate's Resend over a store of ours. `createEmulator({ service: "resend" })` would forget all
 * mails and idempotency keys with the process, and refuses everyone for the rest of the hour after
 * 5,000 requests, which a test suite that watches its mailbox makes.
 */
export async function createResendService(
  store: RecordStore,
  baseUrl: string,
): Promise<ResendService> {
  const plugin = await loadPlugin();
  const definition = defineEmulator({
    name: "resend",
    state: () => ({}),
    setup: ({ app, webhooks }) => plugin.register(app, store, webhooks, baseUrl, new Map()),
  });
  return await createEmulator({ service: definition, baseUrl, listen: false });
}

/** The plugin is not exported: its module's name is read from where emulate itself loads it. */
async function loadPlugin(): Promise<ResendPlugin> {
  const api = import.meta.resolve("emulate");
  const source = await Deno.readTextFile(new URL(api));
  const found = /import\("([^"]+)"\);\s*return \{ plugin: mod\.resendPlugin/.exec(source)?.[1];
  if (!found) throw new Error(`cannot start mail: ${api} does not load resendPlugin as 0.12 does`);
  return (await import(new URL(found, api).href)).resendPlugin;
}
