/** How all pages look: a plain sheet, one column on a phone, two where there is room. */
export const style = `
:root { color-scheme: light; --ink: #1a1f36; --soft: #4f566b; --line: #d5dbe5; --accent: #4434d4; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; color: var(--ink);
  background: #f6f8fb; margin: 0; }
main { max-width: 42rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
main.wide { max-width: 64rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .75rem 0 1.25rem; }
h2 { font-size: 1.1rem; margin: 0 0 .75rem; }
p { margin: 0 0 1rem; }
a { color: var(--accent); }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .5rem .5rem .5rem 0; text-align: left; }
td:last-child, th:last-child { text-align: right; padding-right: 0; }
.badge { display: inline-block; background: #ffe8b8; color: #6b4600; border-radius: 4px;
  font-size: .75rem; font-weight: 600; letter-spacing: .03em; padding: .1rem .5rem; }
.columns { display: grid; gap: 1.25rem; align-items: start; }
@media (min-width: 60rem) { .columns { grid-template-columns: 5fr 6fr; gap: 2rem; } }
.sheet { background: #fff; border: 1px solid var(--line); border-radius: 10px; padding: 1.25rem; }
.sheet + .sheet { margin-top: 1.25rem; }
.columns .sheet + .sheet { margin-top: 0; }
.price { font-size: 2rem; font-weight: 650; line-height: 1.2; margin: 0; }
.soft { color: var(--soft); font-size: .9rem; }
.rows { list-style: none; margin: 0; padding: 0; }
.rows li { display: flex; justify-content: space-between; gap: 1rem; padding: .5rem 0;
  border-bottom: 1px solid var(--line); }
.rows li > :last-child { white-space: nowrap; }
.rows li.total { border: 0; font-weight: 650; }
label, legend { display: block; font-size: .9rem; font-weight: 600; margin: 0 0 .25rem; padding: 0; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
.field { margin: 0 0 1rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
input[type=text], input[type=email], select { font: inherit; width: 100%; padding: .6rem .7rem;
  border: 1px solid #a9b3c3; border-radius: 6px; background: #fff; color: inherit; }
.choice { display: flex; gap: .6rem; align-items: center; font-weight: 400; padding: .4rem 0; }
.choice span:last-child { margin-left: auto; }
:focus-visible { outline: 3px solid #9a8ffb; outline-offset: 1px; }
button { font: inherit; font-weight: 600; padding: .65rem 1.1rem; border-radius: 6px;
  border: 1px solid var(--accent); background: var(--accent); color: #fff; cursor: pointer; }
button.full { width: 100%; padding: .8rem; }
button.quiet { background: #fff; color: var(--accent); }
button:hover { filter: brightness(1.1); }
.error { border: 1px solid #d6336c; background: #fff0f4; color: #8c0f3d; border-radius: 6px;
  padding: .7rem .9rem; }
.notice { border: 1px solid #2b8a3e; background: #ebfbee; color: #1b5e29; border-radius: 6px;
  padding: .7rem .9rem; }
details { margin: 1.25rem 0 1rem; }
.sheet > :last-child { margin-bottom: 0; }
table + p { margin-top: 1rem; }
summary { cursor: pointer; color: var(--soft); }
code { font: .85rem ui-monospace, monospace; white-space: nowrap; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
.actions form { margin: 0; }
footer { color: var(--soft); font-size: .8rem; margin-top: 2rem; }
.scroll { overflow-x: auto; }
`;
