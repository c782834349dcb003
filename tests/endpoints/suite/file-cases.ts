/** Wrong multipart forms. */
import { type Case, each } from "./case.ts";
import { unstorableTexts } from "./hostile.ts";
import { expectProblem } from "./reply.ts";
import { send } from "./send.ts";
import type { Target } from "./target.ts";

function applies({ declaration }: Target): boolean {
  return declaration.file !== undefined;
}

function form(...entries: [string, string | File][]): FormData {
  const made = new FormData();
  for (const [name, value] of entries) made.append(name, value);
  return made;
}

function file(
  name = "image.png",
  content: BlobPart = new Uint8Array(16),
  type = "image/png",
): File {
  return new File([content], name, { type });
}

export const fileCases: Case[] = [
  {
    name: "anything but a multipart form is 415",
    applies,
    run: (target) =>
      each(
        ["application/json", "image/png", "application/x-www-form-urlencoded", ""],
        async (type) => {
          const reply = await send(target, {
            body: new Blob(["{}"]),
            headers: { "content-type": type },
          });
          expectProblem(reply, "unsupported_media_type", type);
        },
      ),
  },
  {
    name: "a form that cannot be read is 422",
    applies,
    run: (target) =>
      each(
        [
          ["multipart/form-data", "x"],
          ["multipart/form-data; boundary=x", ""],
          ["multipart/form-data; boundary=x", "--y--"],
          ["multipart/form-data; boundary=x", '--x\r\ncontent-disposition: form-data; name="file"'],
          [`multipart/form-data; boundary=${"x".repeat(3000)}`, "--x--"],
        ] as const,
        async ([type, body]) => {
          const reply = await send(target, { body, headers: { "content-type": type } });
          expectProblem(reply, "invalid_body", `${type} ${body}`);
        },
      ),
  },
  {
    name: "no file, two files, text or another field is 422",
    applies,
    async run(target) {
      const { field } = target.declaration.file!;
      await each([
        form(),
        form(["other", file()]),
        form([field, "text"]),
        form([field, file()], [field, file()]),
        form([field, file()], ["role", "admin"]),
        form([field, file()], ["__proto__", file()]),
        form([field, file()], ["x".repeat(10_000), "1"]),
      ], async (body) => {
        expectProblem(await send(target, { body }), "invalid_body", [...body.keys()].join());
      });
    },
  },
  {
    name: "a file that is not what it says, or has a strange name, is never more than refused",
    applies,
    async run(target) {
      const { field } = target.declaration.file!;
      const names = [
        "../../../x.png",
        "a\u0000.png",
        "x".repeat(10_000),
        "😀\u202egnp.exe",
        "",
        '"; a="',
      ];
      const contents: [BlobPart, string][] = [
        ["", "image/png"],
        ["<script>alert(1)</script>", "image/png"],
        ["<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"],
        [new Uint8Array([0x89, 0x50]), "image/png"],
        [new Uint8Array(100_000).fill(0xff), "x".repeat(1000)],
      ];
      await each([
        ...names.map((name) => file(name)),
        ...unstorableTexts.map((text) => file(text)),
        ...contents.map(([content, type]) => file("image.png", content, type)),
      ], async (one) => {
        await send(target, { body: form([field, one]) });
      });
    },
  },
  {
    name: "a file larger than its limit is 413",
    applies,
    async run(target) {
      const { field, maxBytes } = target.declaration.file!;
      const large = file("large.png", new Uint8Array(maxBytes + 1));
      expectProblem(await send(target, { body: form([field, large]) }), "body_too_large", "large");
    },
  },
];
