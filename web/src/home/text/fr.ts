/** French: the start page. */
import type { Texts } from "./en.ts";

export const texts: Texts = {
  welcomeTitle: "Bienvenue",
};
