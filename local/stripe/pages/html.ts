import { style } from "./style.ts";

/** A page: its title as text, its body as HTML whose values were escaped. */
export interface Page {
  title: string;
  body: string;
  /** True where it has two columns. */
  wide?: boolean;
}

/** Text made safe inside HTML, attributes included. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Answers a page in the local Stripe's plain dress. */
export function html({ title, body, wide = false }: Page, status = 200): Response {
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main${wide ? ' class="wide"' : ""}>
<span class="badge">TEST MODE</span>
<h1>${escape(title)}</h1>
${body}
<footer>Local Stripe: no money moves here.</footer>
</main>
</body>
</html>
`;
  return new Response(text, {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
  });
}

/** The page of an address that leads nowhere. */
export function notFound(): Response {
  const body = '<p class="sheet">The local Stripe has no such page.</p>';
  return html({ title: "Not found", body }, 404);
}
