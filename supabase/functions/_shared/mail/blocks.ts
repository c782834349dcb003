/** The blocks that most mails share, so that they say the same thing in the same words. */
import type { Block, Row, Sentence, Writer } from "./template.ts";

/** "Bonjour Camille," or "Bonjour," where no usable name is known. */
export function greeting({ say }: Writer, name: string | undefined): Block {
  const to = name ? ` ${name}` : "";
  return { kind: "text", text: say({ fr: `Bonjour${to},`, en: `Hello${to},` }) };
}

export function text({ say }: Writer, sentence: Sentence): Block {
  return { kind: "text", text: say(sentence) };
}

/** Smaller and paler than text: what matters only to some. */
export function note({ say }: Writer, sentence: Sentence): Block {
  return { kind: "note", text: say(sentence) };
}

/** A table of facts, in the given order; one without a value is left out. */
export function rows({ say }: Writer, facts: Fact[]): Block {
  return {
    kind: "rows",
    rows: facts.flatMap(({ label, value, strong }): Row[] =>
      value === undefined
        ? []
        : [{ label: say(label), value, ...(strong === undefined ? {} : { strong }) }]
    ),
  };
}

export interface Fact {
  label: Sentence;
  value: string | undefined;
  strong?: boolean;
}

export const workspaceLabel: Sentence = { fr: "Espace de travail", en: "Workspace" };
export const planLabel: Sentence = { fr: "Formule", en: "Plan" };

/**
 * The workspace, as a sentence names it. In quotation marks: a personal one bears its owner's name.
 */
export function theWorkspace(name: string): Sentence {
  return { fr: `l’espace de travail « ${name} »`, en: `the workspace “${name}”` };
}

/** The button: what the mail asks for. One a mail. */
export function action({ say }: Writer, url: string, label: Sentence): Block {
  return {
    kind: "action",
    label: say(label),
    url,
    fallback: say({
      fr: "Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur :",
      en: "If the button does not work, copy this address into your browser:",
    }),
  };
}

/** The button to the page where a subscription is changed or cancelled. */
export function manageSubscription(writer: Writer, url: string): Block {
  return action(writer, url, { fr: "Gérer mon abonnement", en: "Manage my subscription" });
}

/** The one-time code that can stand in for the button, where Auth sent one. */
export function codeInstead({ say }: Writer, code: string | undefined): Block[] {
  if (!code) return [];
  return [{
    kind: "code",
    label: say({ fr: "Ou saisissez ce code :", en: "Or enter this code:" }),
    code,
  }];
}

export function onceOnly(writer: Writer): Block {
  return note(writer, {
    fr: "Ce lien ne fonctionne qu’une seule fois et expire bientôt.",
    en: "This link works only once and expires soon.",
  });
}

export function notYou(writer: Writer): Block {
  return note(writer, {
    fr: "Vous n’êtes pas à l’origine de cette demande ? Ignorez cet e-mail, rien ne changera.",
    en: "You did not ask for this? Ignore this email and nothing will change.",
  });
}
