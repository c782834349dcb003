/** How a part of the local stack says something: `source` names the part ("stripe", "function plans", …). */
export type Log = (source: string, message: string, level?: "info" | "warn" | "error") => void;
