/**
 * What the gateway uses of npm:pg. Its published types bring those of Node along, whose globals
 * clash with Deno's in every file of the project.
 */
interface Query {
  text: string;
  values?: readonly unknown[];
  /** Prepares the statement under this name, once a connection. */
  name?: string;
}

interface Result<Row> {
  command: "UPDATE" | "DELETE" | "INSERT" | "SELECT" | "MERGE";
  rowCount: number;
  rows: Row[];
}

interface Options {
  connectionString: string;
  connectionTimeoutMillis?: number;
  /** Command-line options for the session, such as `-c TimeZone=UTC`. */
  options?: string;
  types?: { getTypeParser(oid: number): (text: string) => unknown };
}

interface Session {
  query<Row = unknown>(query: Query | string): Promise<Result<Row>>;
  /** The wire below; destroying it fails every statement that waits. */
  readonly connection: { readonly stream: { destroy(): void } };
}

declare class Client implements Session {
  constructor(options: Options);
  readonly connection: Session["connection"];
  connect(): Promise<void>;
  query<Row = unknown>(query: Query | string): Promise<Result<Row>>;
  end(): Promise<void>;
  on(event: "notification", listener: (message: { payload?: string }) => void): this;
  on(event: "error" | "end", listener: () => void): this;
}

interface PoolClient extends Session {
  release(): void;
  on(event: "error", listener: () => void): this;
}

declare class Pool {
  constructor(options: Options & { max: number; idleTimeoutMillis: number });
  connect(): Promise<PoolClient>;
  query<Row = unknown>(query: Query | string): Promise<Result<Row>>;
  end(): Promise<void>;
  on(event: "error", listener: () => void): this;
  on(event: "connect" | "remove", listener: (client: PoolClient) => void): this;
}

declare const pg: { Client: typeof Client; Pool: typeof Pool };
export default pg;
export type { Client, PoolClient, Result };
