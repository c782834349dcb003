import { useMantineColorScheme } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useApp } from "../app-context.ts";
import { useLanguage } from "../text/language.tsx";
import { Note } from "./alert.tsx";

/** What Turnstile's script offers (https://developers.cloudflare.com/turnstile/get-started/client-side-rendering/). */
interface Turnstile {
  render(element: HTMLElement, options: Record<string, unknown>): string;
  remove(widget: string): void;
}

const source = "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit";
let loading: Promise<Turnstile> | undefined;

/** Loads the script once a page needs it; a failed load is tried again by the next. */
function loadTurnstile(): Promise<Turnstile> {
  loading ??= new Promise<Turnstile>((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => resolve((globalThis as unknown as { turnstile: Turnstile }).turnstile);
    script.onerror = () => reject(new Error("cannot load Turnstile"));
    document.head.append(script);
  }).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/**
 * Cloudflare's Turnstile, where the project has one (`turnstileSiteKey` of config.json); else nothing. It is a field
 * of the form around it: `captcha_token`. A token is good for one request, so that each makes another.
 *
 * @param pending whether the form is being sent
 */
export function Captcha({ pending }: { pending: boolean }) {
  const { turnstileSiteKey } = useApp();
  const { t, language } = useLanguage();
  const { colorScheme } = useMantineColorScheme();
  const place = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (turnstileSiteKey === undefined || pending) return;
    let left = false;
    let end = () => {};
    loadTurnstile().then((turnstile) => {
      if (left || place.current === null) return;
      setFailed(false);
      const widget = turnstile.render(place.current, {
        sitekey: turnstileSiteKey,
        language,
        theme: colorScheme,
        "response-field-name": "captcha_token",
        "error-callback": () => setFailed(true),
      });
      end = () => turnstile.remove(widget);
    }, () => setFailed(true));
    return () => {
      left = true;
      end();
    };
  }, [turnstileSiteKey, language, colorScheme, pending]);
  if (turnstileSiteKey === undefined) return null;
  return (
    <>
      <div ref={place} />
      {failed && <Note kind="bad">{t.captchaFailed}</Note>}
    </>
  );
}
