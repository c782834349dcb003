/** The texts of what staff do with the shop, in the page's language. */
import { areaTexts } from "../../text/language.tsx";
import type { Texts } from "./text/en.ts";

export const useShopTexts: () => Texts = areaTexts<Texts>({
  en: () => import("./text/en.ts"),
  fr: () => import("./text/fr.ts"),
});
