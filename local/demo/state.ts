/** Whether a data folder is to be filled, and is: noted beside its database, and gone with it. */
import { join } from "node:path";
import { writeWhole } from "../write-whole.ts";

export type DemoState = "none" | "wanted" | "there";

const fileIn = (dataDir: string) => join(dataDir, "demo.json");

/** `none` for data that somebody made without it, or before there was any. */
export async function readDemoState(dataDir: string): Promise<DemoState> {
  try {
    return (JSON.parse(await Deno.readTextFile(fileIn(dataDir))) as { state: DemoState }).state;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "none";
    throw error;
  }
}

export async function writeDemoState(dataDir: string, state: DemoState): Promise<void> {
  await writeWhole(fileIn(dataDir), `${JSON.stringify({ state })}\n`);
}
