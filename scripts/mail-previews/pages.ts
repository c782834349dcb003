/** The pages that show mails side by side. Each mail is in a frame: its styles are its own. */
import type { Locale } from "../../supabase/functions/_shared/mail/locale.ts";
import type { RenderedMail } from "../../supabase/functions/_shared/mail/render.tsx";

/** A mail as its sample makes it. */
export interface Preview extends RenderedMail {
  name: string;
  locale: Locale;
}

/** Every mail in both languages, from files beside the page; a frame's corner changes its width. */
export function indexPage(names: readonly string[], previews: Preview[]): string {
  const mails = names.map((name) => {
    const languages = previews.filter((mail) => mail.name === name).map(({ locale, subject }) => `
      <figure>
        <figcaption>
          ${escape(subject)}
          <a href="${locale}/${name}.html">html</a> <a href="${locale}/${name}.txt">text</a>
        </figcaption>
        <iframe src="${locale}/${name}.html" title="${name} ${locale}" loading="lazy"></iframe>
      </figure>`);
    return `<section id="${name}"><h2>${name}</h2><div>${languages.join("")}</div></section>`;
  });
  return `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mails</title>
<style>
  body { margin: 24px; font: 15px/22px system-ui, sans-serif; color: #111827; }
  nav { columns: 14em; }
  nav a { display: block; }
  div { display: flex; flex-wrap: wrap; gap: 24px; align-items: flex-start; }
  figure { margin: 0; max-width: 100%; }
  figcaption { max-width: 600px; margin-bottom: 8px; font-weight: 600; }
  figcaption a { font-weight: 400; }
  iframe { width: 600px; height: 700px; border: 1px solid #d1d5db; resize: both; }
</style>
<h1>Mails</h1>
<nav>${names.map((name) => `<a href="#${name}">${name}</a>`).join("\n")}</nav>
${mails.join("\n")}
</html>
`;
}

/** As wide as a large telephone, so that texts stay legible on a sheet of many. */
const frame = { width: 440, scale: 0.6, columns: 5, gap: 20 };

/**
 * Every mail of one language on one page, in columns. The page sets `data-height` on its root element
 * once its frames have the heights of their mails.
 *
 * @returns `width` in CSS pixels: the columns fill it
 */
export function sheetPage(previews: Preview[]): { html: string; width: number } {
  const column = frame.width * frame.scale;
  const mails = previews.map(({ name, subject, html }) => `
  <figure>
    <figcaption>${escape(subject)}<br><code>${name}</code></figcaption>
    <div><iframe srcdoc="${escape(html)}" title="${name}"></iframe></div>
  </figure>`);
  const html = `<!DOCTYPE html>
<html lang="${previews[0]?.locale ?? "en"}">
<meta charset="utf-8">
<title>Mails</title>
<style>
  html { background: #fff; }
  body { margin: 0; padding: ${frame.gap}px ${frame.gap}px 0; columns: ${frame.columns}; column-gap: ${frame.gap}px; }
  figure { margin: 0; padding-bottom: ${frame.gap}px; break-inside: avoid; }
  figcaption { margin-bottom: 6px; font: 600 12px/16px Helvetica, Arial, sans-serif; color: #111827; }
  code { font-weight: 400; color: #596273; }
  div { width: ${column}px; overflow: hidden; border-radius: 6px; }
  iframe {
    display: block; width: ${frame.width}px; border: 0;
    transform: scale(${frame.scale}); transform-origin: 0 0;
  }
</style>
${mails.join("")}
<script>
  addEventListener("load", () => {
    for (const mail of document.querySelectorAll("iframe")) {
      const { height } = mail.contentDocument.body.getBoundingClientRect();
      mail.style.height = height + "px";
      mail.parentElement.style.height = Math.ceil(height * ${frame.scale}) + "px";
    }
    document.documentElement.dataset.height = Math.ceil(document.body.getBoundingClientRect().height);
  });
</script>
</html>
`;
  return { html, width: frame.columns * (column + frame.gap) + frame.gap };
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
