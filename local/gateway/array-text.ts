/** Postgres's text of an array, such as `{1,"b c",{2},NULL}`, as a list. */

/** @param element turns one element's text into its value */
export function parseArray(
  text: string,
  element: (text: string) => unknown,
  delimiter = ",",
): unknown[] {
  // Bounds other than 1 stand in front: [0:1]={a,b}
  let at = text.indexOf("{");

  function quoted(): string {
    let value = "";
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === "\\") at++;
      value += text[at];
    }
    at++;
    return value;
  }

  function list(): unknown[] {
    const items: unknown[] = [];
    for (at++; text[at] !== "}";) {
      if (text[at] === delimiter) {
        at++;
      } else if (text[at] === "{") {
        items.push(list());
      } else if (text[at] === '"') {
        items.push(element(quoted()));
      } else {
        const start = at;
        while (text[at] !== delimiter && text[at] !== "}") at++;
        const bare = text.slice(start, at);
        items.push(bare === "NULL" ? null : element(bare));
      }
    }
    at++;
    return items;
  }

  return list();
}
