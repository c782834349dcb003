/**
 * The page's language: the browser's, or the profile's of who is signed in, until somebody chooses. One language is loaded at a time, and each
 * area of the application brings its own texts when it is opened.
 */
import { createContext, type ReactNode, startTransition, use, useContext, useEffect } from "react";
import { useState } from "react";
import type { Texts } from "./en.ts";

export type Language = "en" | "fr";

interface Chosen {
  language: Language;
  t: Texts;
  /** For good, in this browser. */
  choose(language: Language): void;
  /** Shows the pages in it unless somebody chose: the choice is not kept. */
  follow(language: Language): void;
}

/** An area's texts: a module for each language. */
type Modules<AreaTexts> = Record<Language, () => Promise<{ texts: AreaTexts }>>;

const coreTexts: Modules<Texts> = { en: () => import("./en.ts"), fr: () => import("./fr.ts") };

const LanguageContext = createContext<Chosen | null>(null);
const storageKey = "socle.language";

/** Whether we speak it. */
export function isLanguage(value: string | null | undefined): value is Language {
  return value === "en" || value === "fr";
}

/** Whether somebody chose a language in this browser. */
export function isLanguageChosen(): boolean {
  return isLanguage(localStorage.getItem(storageKey));
}

/** The one chosen before, else the first of the browser's that we speak. */
export function initialLanguage(): Language {
  const kept = localStorage.getItem(storageKey);
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((one) => one.slice(0, 2)).find(isLanguage) ?? "en";
}

/** The texts around every page. */
export async function loadTexts(language: Language): Promise<Texts> {
  return (await coreTexts[language]()).texts;
}

interface Props {
  /** What the page starts with. */
  initial: { language: Language; t: Texts };
  children: ReactNode;
}

export function LanguageProvider({ initial, children }: Props) {
  const [shown, setShown] = useState(initial);
  useEffect(() => {
    document.documentElement.lang = shown.language;
  }, [shown]);
  const show = (language: Language) => {
    // The old language stays until all of the page has the new one.
    startTransition(async () => {
      const t = await loadTexts(language);
      startTransition(() => setShown({ language, t }));
    });
  };
  const choose = (language: Language) => {
    localStorage.setItem(storageKey, language);
    show(language);
  };
  const follow = (language: Language) => {
    if (!isLanguageChosen() && language !== shown.language) show(language);
  };
  return <LanguageContext value={{ ...shown, choose, follow }}>{children}</LanguageContext>;
}

/** The language, and the texts that every page has. */
export function useLanguage(): Chosen {
  const chosen = useContext(LanguageContext);
  if (chosen === null) throw new Error("useLanguage needs LanguageProvider around it");
  return chosen;
}

/** Makes the hook for an area's texts. It suspends until they are loaded; a failed load is tried again. */
export function areaTexts<AreaTexts>(modules: Modules<AreaTexts>): () => AreaTexts {
  const loaded = new Map<Language, Promise<AreaTexts>>();
  function load(language: Language): Promise<AreaTexts> {
    const known = loaded.get(language);
    if (known !== undefined) return known;
    const loading = modules[language]().then(({ texts }) => texts);
    loading.catch(() => loaded.delete(language));
    loaded.set(language, loading);
    return loading;
  }
  return () => use(load(useLanguage().language));
}
