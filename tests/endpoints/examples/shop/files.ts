/** The catalogue as files, for staff. */
import type { Chapter } from "../example.ts";
import type { Story } from "../story.ts";
import { shopOf } from "./story.ts";

/** A file of two products, one of them wrong, in the bucket of imports. */
async function uploaded(story: Story): Promise<string> {
  await shopOf(story);
  const staff = await story.staff();
  const path = `${staff.id}/spring-${crypto.randomUUID()}.csv`;
  const rows = [
    "sku,product,category,name_en,name_fr,price:eur,stock",
    "CUP-BLUE,stoneware-cup,kitchen,Stoneware cup,Tasse en grès,14.00,80",
    "CUP-RED,stoneware-cup,kitchen,,,14.005,80",
  ];
  const { error } = await staff.client.storage.from("catalogue-imports")
    .upload(path, new TextEncoder().encode(rows.join("\n") + "\n"), {
      contentType: "text/csv",
    });
  if (error !== null) throw error;
  return path;
}

export const files: Chapter = {
  name: "shop/files",
  examples: [
    {
      operation: "catalogueImportStart",
      title: "Try what a file would do",
      ask: async (story) => ({ body: { path: await uploaded(story), dry_run: true } }),
    },
    {
      operation: "catalogueImportGet",
      title: "A try that ended, with the row that is wrong",
      async ask(story) {
        await story.settled();
        const staff = await story.staff();
        const body = { path: await uploaded(story), dry_run: true };
        const { import: { id } } = await story.call("POST", "catalogue-import", staff, body);
        const path = `catalogue-import?import_id=${id}`;
        await story.until("the import", path, staff, (one) => one.import.state !== "running");
        return { query: { import_id: id } };
      },
    },
    {
      operation: "catalogueImportCancel",
      title: "An import that is called off",
      async ask(story) {
        const [row] = await story.sql<{ id: string }[]>`
          insert into public.catalogue_imports (created_by, path, file, dry_run, state, bytes_total)
          values (${(await story.staff()).id}, 'spring.csv', '{}', false, 'running', 2048)
          returning id`;
        return { query: { import_id: row!.id } };
      },
    },
    {
      operation: "catalogueExportStart",
      title: "The whole catalogue, asked for",
      ask: () => ({ body: {} }),
    },
    {
      operation: "catalogueExportGet",
      title: "An export that is ready",
      async ask(story) {
        await story.settled();
        const staff = await story.staff();
        const { export: { id } } = await story.call("POST", "catalogue-export", staff, {});
        const path = `catalogue-export?export_id=${id}`;
        await story.until("the export", path, staff, (one) => one.export.state === "ready");
        return { query: { export_id: id } };
      },
    },
  ],
};
