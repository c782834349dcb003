/**
 * `task mail`: renders every mail in every language from its sample into .socle/mail-previews, with an
 * index.html that shows them all. With `--png` it also photographs them, one sheet a language, into
 * docs/mails-<locale>.png; that needs Chromium.
 */
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Locale } from "../supabase/functions/_shared/mail/locale.ts";
import { renderMail } from "../supabase/functions/_shared/mail/render.tsx";
import {
  MAIL_NAMES,
  type MailName,
  type PropsOf,
  templates,
} from "../supabase/functions/_shared/mail/templates.ts";
import { findChromium, screenshot } from "./mail-previews/chromium.ts";
import { indexPage, type Preview, sheetPage } from "./mail-previews/pages.ts";
import { readSwitches } from "../local/cli/arguments.ts";

const { png: photographs } = readSwitches("Usage: task mail [--png]", "png");

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(project, ".socle", "mail-previews");

async function preview(name: MailName, locale: Locale): Promise<Preview> {
  const props = templates[name].preview as PropsOf<typeof name>;
  return { name, locale, ...await renderMail(name, locale, props) };
}

const chromium = photographs ? await findChromium() : undefined;
if (photographs && chromium === undefined) {
  console.error(
    "cannot photograph the mails: no Chromium; put chromium or google-chrome on the PATH, or set " +
      "CHROMIUM_PATH",
  );
  Deno.exit(1);
}

// Emptied first: a mail that was renamed must not stay.
await Deno.remove(folder, { recursive: true }).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
const previews: Preview[] = [];
for (const locale of Locale.options) {
  await Deno.mkdir(join(folder, locale), { recursive: true });
  for (const name of MAIL_NAMES) {
    const mail = await preview(name, locale);
    previews.push(mail);
    await Deno.writeTextFile(join(folder, locale, `${name}.html`), mail.html);
    await Deno.writeTextFile(join(folder, locale, `${name}.txt`), mail.text);
  }
}
const index = join(folder, "index.html");
await Deno.writeTextFile(index, indexPage(MAIL_NAMES, previews));
console.log(
  `${MAIL_NAMES.length} mails in ${Locale.options.join(" and ")}: ${pathToFileURL(index)}`,
);

if (chromium !== undefined) {
  for (const locale of Locale.options) {
    const page = join(folder, `sheet-${locale}.html`);
    const image = join(project, "docs", `mails-${locale}.png`);
    const sheet = sheetPage(previews.filter((mail) => mail.locale === locale));
    await Deno.writeTextFile(page, sheet.html);
    await screenshot(chromium, { page, image, width: sheet.width });
    const { size } = await Deno.stat(image);
    console.log(`docs/mails-${locale}.png (${Math.ceil(size / 1000)} kB)`);
  }
}
