/** The text part of a mail, for readers and filters that take no HTML. */
import type { Block, Content } from "./template.ts";

/** Made from the same blocks as the HTML, so that neither says what the other does not. */
export function plainText(
  content: Content,
  brand: string,
  footer: string,
  footerLink?: { label: string; url: string },
): string {
  const foot = [brand, footer, ...footerLink ? [`${footerLink.label}\n${footerLink.url}`] : []];
  const parts = [content.heading, ...content.blocks.map(part), `-- \n${foot.join("\n")}`];
  return parts.join("\n\n") + "\n";
}

function part(block: Block): string {
  switch (block.kind) {
    case "text":
    case "note":
      return block.text;
    case "action":
    case "link":
      return `${block.label}\n${block.url}`;
    case "code":
      return `${block.label}\n${block.code}`;
    case "rows":
      return block.rows.map(({ label, value }) => `${label}\u00a0: ${value}`).join("\n");
    case "items":
      return block.items.map(({ name, detail, value }) => `${name}\n${detail} = ${value}`)
        .join("\n");
    case "address":
      return [`${block.label}\u00a0:`, ...block.lines].join("\n");
  }
}
