/** One example of the API reference: who asks what, on a stack where it makes sense. */
import type { ProblemCode } from "../../../supabase/functions/_shared/problem.ts";
import type { TestUser } from "../../support/users.ts";
import type { Story } from "./story.ts";

/** A request, besides what its declaration says already. */
export interface Asked {
  /** Who asks; where the declaration asks for staff or a key, that is seen to. */
  as?: TestUser;
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as a url-encoded form. */
  form?: Record<string, string>;
  /** Sent as a multipart form. */
  file?: { field: string; name: string; blob: Blob };
  /** JSON that a provider has signed, sent as it is. */
  signed?: string;
}

/** What is shown of an operation, and asked of the stack whenever the tests run. */
export interface Example {
  /** Its operationId. */
  operation: string;
  /** What it shows, in a few words. */
  title: string;
  /** The problem that it shows; a success unless given. */
  refused?: ProblemCode;
  /** Sees to it that the request makes sense, and says it. */
  ask(story: Story): Promise<Asked> | Asked;
}

/** A domain's examples, kept in one file: they run in this order. */
export interface Chapter {
  name: string;
  examples: Example[];
}
