import * as z from "zod";
import { meaningOf } from "../../alerts/incident.ts";
import { greeting, note, rows, text } from "../blocks.ts";
import { Instant } from "../locale.ts";
import { mailTemplate } from "../template.ts";
import { label, personName } from "../untrusted.ts";

/** To those who operate the product: an incident opened, goes on or has ended. Sent by alerts-run, without the queue. */
export const alert = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    /** The alert rule's name; docs/operations.md has a section for each. */
    rule: label,
    state: z.enum(["opened", "reminder", "resolved"]),
    value: z.int(),
    threshold: z.int(),
    peak: z.int(),
    opened_at: Instant,
    at: Instant,
    /** What the measure consists of. */
    detail: z.string().max(2000).optional(),
    note: z.string().max(500).optional(),
  }),
  preview: {
    name: "Camille Martin",
    rule: "dead_letters",
    state: "opened",
    value: 3,
    threshold: 1,
    peak: 3,
    opened_at: "2026-11-25T03:10:00Z",
    at: "2026-11-25T03:10:00Z",
    detail: "mail_send: 2, webhook_handle: 1",
  },
  write: (writer, { name, rule, state, value, threshold, peak, opened_at, at, detail }) => {
    const { say, locale, brand } = writer;
    const meaning = say(meaningOf(rule));
    const clock = (instant: string) =>
      new Intl.DateTimeFormat(locale === "fr" ? "fr-FR" : "en-GB", {
        dateStyle: "medium",
        timeStyle: "short",
        timeZone: "UTC",
      }).format(new Date(instant)) + " UTC";
    const heading = {
      opened: { fr: `Alerte : ${meaning}`, en: `Alert: ${meaning}` },
      reminder: { fr: `Toujours en cours : ${meaning}`, en: `Still going on: ${meaning}` },
      resolved: { fr: `Terminé : ${meaning}`, en: `Resolved: ${meaning}` },
    }[state];
    return {
      subject: say(heading),
      preheader: say({
        fr: `Mesuré : ${value}, seuil : ${threshold}, depuis le ${clock(opened_at)}.`,
        en: `Measured: ${value}, threshold: ${threshold}, since ${clock(opened_at)}.`,
      }),
      heading: say(heading),
      because: say({
        fr: `Vous recevez cet e-mail parce que vous exploitez ${brand}.`,
        en: `You receive this email because you operate ${brand}.`,
      }),
      blocks: [
        greeting(writer, name),
        text(
          writer,
          state === "resolved"
            ? {
              fr: "Cet incident est terminé : la mesure est revenue sous son seuil.",
              en: "This incident is over: the measure is below its threshold again.",
            }
            : {
              fr: "Quelque chose demande votre attention.",
              en: "Something needs your attention.",
            },
        ),
        rows(writer, [
          { label: { fr: "Mesuré", en: "Measured" }, value: String(value), strong: true },
          { label: { fr: "Seuil", en: "Threshold" }, value: String(threshold) },
          { label: { fr: "Au plus fort", en: "At its worst" }, value: String(peak) },
          { label: { fr: "Depuis", en: "Since" }, value: clock(opened_at) },
          {
            label: { fr: "Terminé", en: "Ended" },
            value: state === "resolved" ? clock(at) : undefined,
          },
          { label: { fr: "Détail", en: "Detail" }, value: detail || undefined },
        ]),
        note(writer, {
          fr: `Que faire : docs/operations.md, alerte ${rule}.`,
          en: `What to do: docs/operations.md, alert ${rule}.`,
        }),
      ],
    };
  },
});
