/** What the gateway takes from supabase/config.toml, with the Supabase CLI's own defaults. */
import { join } from "node:path";
import { parse, type TomlTable } from "smol-toml";

/** The `[auth]` section. Times are seconds. */
export interface AuthConfig {
  /** A new address must be confirmed by mail before its first session. */
  confirmations: boolean;
  siteUrl: string;
  /** Where mails may send a browser besides the site: URLs, `*` and `**` as in config.toml. */
  redirectAllowList: string[];
  jwtExpiry: number;
  minimumPasswordLength: number;
  /** config.toml's `password_requirements`: "", "letters_digits", … */
  passwordRequirements: string;
  enableSignup: boolean;
  /** Least time between two mails to one user. Hosted: 60; locally 1, so that suites run freely. */
  emailMaxFrequency: number;
  otpLength: number;
  otpExpiry: number;
  /** An e-mail change must be confirmed from the old and the new address. */
  secureEmailChange: boolean;
}

/** The `[api]` section. */
export interface ApiConfig {
  schemas: string[];
  maxRows: number;
}

/** The `[storage]` section. */
export interface StorageConfig {
  /** Largest upload in bytes where a bucket names no limit of its own. */
  fileSizeLimit: number;
}

/** What is used where config.toml is silent. */
export const defaultAuthConfig: AuthConfig = {
  confirmations: false,
  siteUrl: "http://127.0.0.1:3000",
  redirectAllowList: [],
  jwtExpiry: 3600,
  minimumPasswordLength: 6,
  passwordRequirements: "",
  enableSignup: true,
  emailMaxFrequency: 1,
  otpLength: 6,
  otpExpiry: 3600,
  secureEmailChange: true,
};

function table(parent: TomlTable, name: string): TomlTable {
  const value = parent[name];
  return typeof value === "object" && !Array.isArray(value) ? value as TomlTable : {};
}

function setting<T extends string | number | boolean>(
  section: TomlTable,
  name: string,
  fallback: T,
): T {
  const value = section[name];
  if (value === undefined) return fallback;
  const plain = typeof value === "bigint" ? Number(value) : value;
  if (typeof plain !== typeof fallback) {
    throw new Error(`cannot read config.toml: ${name} must be a ${typeof fallback}`);
  }
  return plain as T;
}

function strings(section: TomlTable, name: string, fallback: string[]): string[] {
  const value = section[name];
  if (value === undefined) return fallback;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new Error(`cannot read config.toml: ${name} must be a list of strings`);
}

/** Seconds of a Go duration such as "1s", "1m30s" or "500ms". */
export function durationSeconds(text: string): number {
  const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== text) {
    throw new Error(`cannot read the duration "${text}": write it as "1s", "1m30s" or "24h"`);
  }
  return parts.reduce((sum, part) => sum + Number(part[1]) * units[part[2]!]!, 0);
}

/** Bytes of a size such as "50MiB", "5MB" or "1024". */
export function sizeBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(B|KB|KiB|MB|MiB|GB|GiB)?$/i.exec(text.trim());
  if (!match) throw new Error(`cannot read the size "${text}": write it as "50MiB"`);
  const units: Record<string, number> = {
    b: 1,
    kb: 1e3,
    kib: 1024,
    mb: 1e6,
    mib: 1024 ** 2,
    gb: 1e9,
    gib: 1024 ** 3,
  };
  return Math.floor(Number(match[1]) * units[(match[2] ?? "b").toLowerCase()]!);
}

/** The `[auth]` section of a config.toml's text. */
export function readAuthConfig(configToml: string): AuthConfig {
  const auth = table(parse(configToml), "auth");
  const email = table(auth, "email");
  const fallback = defaultAuthConfig;
  return {
    confirmations: setting(email, "enable_confirmations", fallback.confirmations),
    siteUrl: setting(auth, "site_url", fallback.siteUrl),
    redirectAllowList: strings(auth, "additional_redirect_urls", fallback.redirectAllowList),
    jwtExpiry: setting(auth, "jwt_expiry", fallback.jwtExpiry),
    minimumPasswordLength: setting(
      auth,
      "minimum_password_length",
      fallback.minimumPasswordLength,
    ),
    passwordRequirements: setting(auth, "password_requirements", fallback.passwordRequirements),
    enableSignup: setting(auth, "enable_signup", fallback.enableSignup),
    emailMaxFrequency: durationSeconds(
      setting(email, "max_frequency", `${fallback.emailMaxFrequency}s`),
    ),
    otpLength: setting(email, "otp_length", fallback.otpLength),
    otpExpiry: setting(email, "otp_expiry", fallback.otpExpiry),
    secureEmailChange: setting(email, "double_confirm_changes", fallback.secureEmailChange),
  };
}

/** The `[api]` section of a config.toml's text. */
export function readApiConfig(configToml: string): ApiConfig {
  const api = table(parse(configToml), "api");
  return {
    schemas: strings(api, "schemas", ["public", "graphql_public"]),
    maxRows: setting(api, "max_rows", 1000),
  };
}

/** The `[storage]` section of a config.toml's text. */
export function readStorageConfig(configToml: string): StorageConfig {
  const storage = table(parse(configToml), "storage");
  return { fileSizeLimit: sizeBytes(setting(storage, "file_size_limit", "50MiB")) };
}

/** The text of `<supabaseDir>/config.toml`; empty where there is none, so that defaults hold. */
export async function readConfigToml(supabaseDir: string): Promise<string> {
  try {
    return await Deno.readTextFile(join(supabaseDir, "config.toml"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
