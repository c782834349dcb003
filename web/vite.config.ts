/**
 * The web application's build. Its packages are in the project's one import map and node_modules, so
 * Deno runs Vite as it runs everything else here.
 *
 * Which project it talks to is no part of the build: the application reads /config.json when it starts,
 * so that one build serves any. `task start` answers that path itself; for a static host, build with
 * VITE_SUPABASE_URL and VITE_SUPABASE_PUBLISHABLE_KEY set (and VITE_SELLER, the lines that receipts name the
 * seller by, separated by `|`; VITE_TURNSTILE_SITE_KEY, where the captcha is on) and the file is written, or put
 * it there by hand:
 *
 *     {"supabaseUrl": "https://<ref>.supabase.co", "supabasePublishableKey": "sb_publishable_…",
 *      "seller": ["Socle SAS", "1 rue de la Paix, 75002 Paris", "FR12345678901"]}
 */
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig, loadEnv, type Plugin } from "vite";

function configFile(env: Record<string, string>): Plugin {
  const supabaseUrl = env["VITE_SUPABASE_URL"];
  const supabasePublishableKey = env["VITE_SUPABASE_PUBLISHABLE_KEY"];
  if (!supabaseUrl || !supabasePublishableKey) return { name: "config.json" };
  const seller = env["VITE_SELLER"]?.split("|").map((line) => line.trim());
  const turnstileSiteKey = env["VITE_TURNSTILE_SITE_KEY"];
  const source = JSON.stringify({ supabaseUrl, supabasePublishableKey, seller, turnstileSiteKey });
  return {
    name: "config.json",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "config.json", source });
    },
    configureServer(server) {
      server.middlewares.use("/config.json", (_request, reply) => {
        reply.setHeader("content-type", "application/json").end(source);
      });
    },
  };
}

export default defineConfig(({ mode }) => ({
  plugins: [react(), configFile(loadEnv(mode, fileURLToPath(new URL(".", import.meta.url))))],
  server: {
    host: "127.0.0.1",
    // config.toml's site_url: Auth and the functions lead back there.
    port: 3000,
    strictPort: true,
    // Not the whole checkout: it holds keys.
    fs: { allow: [".", "../node_modules", "../client/src", "../supabase/functions/_shared"] },
  },
  cacheDir: "../node_modules/.vite",
  build: { target: "baseline-widely-available" },
}));
