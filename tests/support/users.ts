/** Users of a test's own: each test makes those it needs, so that tests share nothing. */
import { connect } from "./connect.ts";
import { anonymous, call, type Client, stack, type StackAddress } from "./stack.ts";

/** A signed-in user with a client of his own. */
export interface TestUser {
  id: string;
  email: string;
  password: string;
  token: string;
  client: Client;
  /** The personal workspace. */
  workspaceId: string;
}

/** An address that no other test has. */
export function freshAddress(name = "user"): string {
  return `${name}-${crypto.randomUUID()}@example.com`;
}

/** Signs a new user up by auth-signup and in with supabase-js. */
export async function signUp(
  options: { name?: string; locale?: "en" | "fr"; email?: string; on?: StackAddress } = {},
): Promise<TestUser> {
  const { name = "Test User", locale = "en", email = freshAddress(), on = stack } = options;
  const password = `pw-${crypto.randomUUID()}`;
  const answer = await call("POST", "auth-signup", {
    on,
    body: { email, password, name, locale },
  });
  if (answer.status !== 201) {
    throw new Error(`sign-up answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  const client = anonymous(on);
  const { data, error } = await client.auth.setSession(answer.body.session);
  if (error !== null) throw error;
  const { data: workspace, error: missing } = await client.from("workspaces").select("id").single();
  if (missing !== null) throw missing;
  return {
    id: data.user!.id,
    email,
    password,
    token: answer.body.session.access_token,
    client,
    workspaceId: workspace.id,
  };
}

/** Signs a new user up who operates the product: the row is written as an operator writes it. */
export async function signUpStaff(options: Parameters<typeof signUp>[0] = {}): Promise<TestUser> {
  const user = await signUp({ name: "Staff", ...options });
  const sql = connect(options.on);
  try {
    await sql`insert into private.staff (user_id, note) values (${user.id}, 'a test')`;
  } finally {
    await sql.end();
  }
  return user;
}
