/**
 * No secret in a file that git holds: secretlint's recommended rules (https://github.com/secretlint/secretlint),
 * offline, and the shapes of our own providers' secrets. The report names file, line and rule, never the
 * secret.
 */
import { lintSource } from "@secretlint/core";
import { creator as recommended } from "@secretlint/secretlint-rule-preset-recommend";
import { secretShapes } from "./secret-shapes.ts";
import type { Gate, Tree } from "./tree.ts";

/** What looks like a secret and is none: a part of it, in one file, with the reason. */
export const allowed: { path: string; text: string; reason: string }[] = [
  {
    path: "tests/database/webhooks-out.test.ts",
    text: "user:secret@example.com",
    reason: "an address with a password in it, which webhook_endpoint_create must refuse",
  },
  {
    path: "tests/unit/webhook-destination.test.ts",
    text: "user:secret@93.184.215.14",
    reason: "an address with a password in it, to which no event may be sent",
  },
];

/** Pictures and fonts are no text; whoever hides a key in one means to. */
const binary = /\.(png|jpe?g|webp|gif|ico|woff2?|pdf|gz|zip)$/;

async function findings(tree: Tree, path: string): Promise<string[]> {
  const content = await tree.read(path);
  const { messages } = await lintSource({
    source: { filePath: path, content, contentType: "text", ext: path.replace(/^.*\./, ".") },
    options: {
      noPhysicFilePath: true,
      config: {
        rules: [
          { id: "@secretlint/secretlint-rule-preset-recommend", rule: recommended },
          secretShapes,
        ],
      },
    },
  });
  return messages.flatMap(({ messageId, loc, range: [start, end] }) => {
    const text = content.slice(start, end);
    if (allowed.some((one) => one.path === path && text.includes(one.text))) return [];
    return `${path}:${loc.start.line}: ${messageId}: remove it, and revoke it where it is known; ` +
      "or say in secrets.ts why it is none";
  });
}

export const secrets: Gate = {
  name: "secrets",
  async complaints(tree) {
    const found: string[] = [];
    for (const path of tree.paths) {
      if (!binary.test(path)) found.push(...await findings(tree, path));
    }
    for (const { path, text } of allowed) {
      if (!tree.paths.includes(path) || !(await tree.read(path)).includes(text)) {
        found.push(`scripts/gates/secrets.ts: ${path} no longer holds what is allowed in it`);
      }
    }
    return found;
  },
};
