/** A page: its title as text, its body as HTML whose values were escaped. */
export interface Page {
  title: string;
  body: string;
}

/** Text made safe inside HTML, attributes included. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Answers a page in the local Stripe's plain dress. */
export function html({ title, body }: Page, status = 200): Response {
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #ddd; padding: .4rem 0; text-align: left; }
td:last-child, th:last-child { text-align: right; }
button { font: inherit; padding: .4rem 1rem; margin-right: .5rem; }
small { color: #666; }
</style>
</head>
<body>
<h1>${escape(title)}</h1>
${body}
<p><small>Local Stripe: no money moves here.</small></p>
</body>
</html>
`;
  return new Response(text, { status, headers: { "content-type": "text/html; charset=utf-8" } });
}
