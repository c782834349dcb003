/** The local Supabase API; see gateway.ts. */
export {
  createGateway,
  type FunctionsHandler,
  type Gateway,
  type GatewayConnections,
  type GatewayOptions,
  startGateway,
} from "./gateway.ts";
export { type AuthConfig, readAuthConfig, readConfigToml } from "./config.ts";
export type { EmailData, EmailHook } from "./email-hook.ts";
export { assertHostedGrants } from "./platform.ts";
