/** How one method is sent; operations.ts has one for each. */
export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The function's name and path, `{…}` standing for a value of the input. */
  readonly address: string;
  /** Takes an Idempotency-Key. */
  readonly keyed?: true;
  /** Which values of the input go into the query although there is a body. */
  readonly query?: readonly string[];
  /** Everything of the input goes into the query, as in a GET. */
  readonly bodiless?: true;
  /** The body is a form. */
  readonly form?: true;
  /** The body is a multipart form with a file in this field. */
  readonly file?: string;
}
