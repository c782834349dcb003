/** Starts the application: configuration, client, the session that is there or that a mail's link brings. */
import { MantineProvider } from "@mantine/core";
import { StrictMode } from "react";
// @ts-types="@types/react-dom/client"
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { type AuthLink, readAuthLink, withoutAuthLink } from "./auth-link.ts";
import { readConfig } from "./config.ts";
import "./style.css";
import { createSupabase } from "./supabase.ts";
import { initialLanguage, LanguageProvider, loadTexts } from "./text/language.tsx";
import { readableColours, theme } from "./theme.ts";

const root = createRoot(document.getElementById("root")!);
// Before the client is made: it takes what the fragment holds away.
let link: AuthLink | undefined = readAuthLink(location.href);

try {
  const language = initialLanguage();
  const [config, t] = await Promise.all([readConfig(), loadTexts(language)]);
  const supabase = createSupabase(config);
  const { error } = await supabase.auth.initialize();
  if (error !== null && link?.kind === "session") {
    link = { kind: "error", code: error.code ?? error.name, description: error.message };
  }
  if (link !== undefined) history.replaceState(null, "", withoutAuthLink(location.href));
  const { data } = await supabase.auth.getSession();
  root.render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={readableColours}
        defaultColorScheme="auto"
      >
        <LanguageProvider initial={{ language, t }}>
          <App
            supabase={supabase}
            initial={data.session}
            link={link}
            seller={config.seller ?? ["Socle"]}
            turnstileSiteKey={config.turnstileSiteKey}
          />
        </LanguageProvider>
      </MantineProvider>
    </StrictMode>,
  );
} catch (error) {
  root.render(
    <main>
      <h1>Socle</h1>
      <p role="alert">{(error as Error).message}</p>
    </main>,
  );
  throw error;
}
