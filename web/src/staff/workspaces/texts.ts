/** What staff's pages about workspaces say, in the page's language. */
import { areaTexts } from "../../text/language.tsx";
import type { Texts } from "./text/en.ts";

export const useWorkspacesTexts: () => Texts = areaTexts<Texts>({
  en: () => import("./text/en.ts"),
  fr: () => import("./text/fr.ts"),
});
