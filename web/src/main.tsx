/** Starts the application: configuration, client, the session that is there or that a mail's link brings. */
import { StrictMode } from "react";
// @ts-types="@types/react-dom/client"
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { type AuthLink, readAuthLink, withoutAuthLink } from "./auth-link.ts";
import { readConfig } from "./config.ts";
import { LanguageProvider } from "./i18n/language.tsx";
import "./style.css";
import { createSupabase } from "./supabase.ts";

const root = createRoot(document.getElementById("root")!);
// Before the client is made: it takes what the fragment holds away.
let link: AuthLink | undefined = readAuthLink(location.href);

try {
  const config = await readConfig();
  const supabase = createSupabase(config);
  const { error } = await supabase.auth.initialize();
  if (error !== null && link?.kind === "session") {
    link = { kind: "error", code: error.code ?? error.name, description: error.message };
  }
  if (link !== undefined) history.replaceState(null, "", withoutAuthLink(location.href));
  const { data } = await supabase.auth.getSession();
  root.render(
    <StrictMode>
      <LanguageProvider>
        <App
          supabase={supabase}
          initial={data.session}
          link={link}
          seller={config.seller ?? ["Socle"]}
        />
      </LanguageProvider>
    </StrictMode>,
  );
} catch (error) {
  root.render(
    <main>
      <h1>Socle</h1>
      <p role="alert" className="note bad">{(error as Error).message}</p>
    </main>,
  );
  throw error;
}
