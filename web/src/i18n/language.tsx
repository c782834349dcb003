/** The page's language: the browser's, until somebody chooses. */
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { en, type Texts } from "./en.ts";
import { fr } from "./fr.ts";

const texts = { en, fr };

export type Language = keyof typeof texts;

interface Chosen {
  language: Language;
  t: Texts;
  choose(language: Language): void;
}

const LanguageContext = createContext<Chosen | null>(null);
const storageKey = "socle.language";

function isLanguage(value: string | null | undefined): value is Language {
  return value === "en" || value === "fr";
}

/** The one chosen before, else the first of the browser's that we speak. */
function initialLanguage(): Language {
  const kept = localStorage.getItem(storageKey);
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((one) => one.slice(0, 2)).find(isLanguage) ?? "en";
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(initialLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choose = (chosen: Language) => {
    localStorage.setItem(storageKey, chosen);
    setLanguage(chosen);
  };
  return (
    <LanguageContext value={{ language, t: texts[language], choose }}>{children}</LanguageContext>
  );
}

/** The language and its texts. */
export function useLanguage(): Chosen {
  const chosen = useContext(LanguageContext);
  if (chosen === null) throw new Error("useLanguage needs LanguageProvider around it");
  return chosen;
}
