/** @jsxImportSource react */
/**
 * Turns a mail's name and props into what is sent. The only module (with layout.tsx) that loads
 * React: import it where mails are sent, templates.ts where they are enqueued.
 *
 * React Email's parts are imported one by one: `@react-email/components` brings Tailwind, Prism and
 * a Markdown parser, 270 ms of every cold start on Deno 2.1.4 against 30. Nor `@react-email/render`: it brings
 * Prettier and html-to-text, a third of the bundle, for what we do not use of it.
 */
// @ts-types="@types/react-dom/server"
import { renderToStaticMarkup } from "react-dom/server";
import { Layout } from "./layout.tsx";
import { frenchSpacing, type Locale } from "./locale.ts";
import { plainText } from "./plain-text.ts";
import { type MailName, type PropsOf, templates } from "./templates.ts";
import { topics } from "./topics.ts";
import { singleLine } from "./untrusted.ts";

/** What mail clients lay out as they always have; HTML's own is another mode in some. */
const doctype = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" ' +
  '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">';

export interface RenderedMail {
  subject: string;
  html: string;
  text: string;
}

/**
 * The same arguments always give the same mail: Resend refuses another body under an idempotency
 * key that it has seen.
 *
 * @param options.brand our name in it; "Socle" unless given
 * @param options.unsubscribePage where a mail about a topic leads who wants no more of it
 * @throws {z.ZodError} the props are not the template's
 */
// deno-lint-ignore require-await -- what is wrong with the props is a rejection, as of any work
export async function renderMail<Name extends MailName>(
  name: Name,
  locale: Locale,
  props: PropsOf<Name>,
  { brand = "Socle", unsubscribePage }: {
    brand?: string | undefined;
    unsubscribePage?: string | undefined;
  } = {},
): Promise<RenderedMail> {
  const content = templates[name].compose(locale, brand, props);
  const subject = singleLine(content.subject, 150);
  const { purpose } = templates[name];
  const footer = purpose === "transactional"
    ? content.because ?? {
      fr: frenchSpacing(`Vous recevez cet e-mail parce qu’il concerne votre compte ${brand}.`),
      en: `You receive this email because it is about your ${brand} account.`,
    }[locale]
    : {
      fr: frenchSpacing(
        `Vous recevez cet e-mail parce que vous acceptez ${topics[purpose].name.fr} de ${brand}.`,
      ),
      en: `You receive this email because you accept ${topics[purpose].name.en} from ${brand}.`,
    }[locale];
  const footerLink = unsubscribePage === undefined ? undefined : {
    label: { fr: "Ne plus recevoir ces e-mails", en: "Stop receiving these emails" }[locale],
    url: unsubscribePage,
  };
  return {
    subject,
    html: doctype + renderToStaticMarkup(
      <Layout
        locale={locale}
        brand={brand}
        content={{ ...content, subject }}
        footer={footer}
        footerLink={footerLink}
      />,
    ),
    text: plainText(content, brand, footer, footerLink),
  };
}
