/** One thing that was looked at. */
export interface Finding {
  state: "ok" | "warn" | "fail";
  /** What was looked at. */
  about: string;
  /** What was found. */
  says: string;
  /** What to do, where something is to be done. */
  todo?: string;
}

/** Nothing to do. */
export const ok = (about: string, says: string): Finding => ({ state: "ok", about, says });
/** Works, with something to know. */
export const warn = (about: string, says: string, todo: string): Finding => (
  { state: "warn", about, says, todo }
);
/** Does not work. */
export const bad = (about: string, says: string, todo: string): Finding => (
  { state: "fail", about, says, todo }
);
