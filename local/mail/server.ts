import type { Log } from "../log.ts";
import { mailListPath, mailsFor } from "./mailbox.ts";
import { openRecordStore, type RecordStore } from "./record-store.ts";
import { type MailWebhook, startMailEvents } from "./test-addresses.ts";

/** What emulate calls the collection. */
const mails = "resend.emails";

export interface MailOptions {
  /** 0 picks a free port. */
  port: number;
  /** Where mails and idempotency keys outlive a restart; without it they end with the service. */
  dataFile?: string;
  /** Told what becomes of mails to Resend's test addresses: bounced@resend.dev and the others. */
  webhook?: MailWebhook;
  log: Log;
}

export interface Mail {
  /** RESEND_BASE_URL. */
  url: string;
  /** The page that shows what was sent. */
  mailboxUrl: string;
  stop(): Promise<void>;
}

/**
 * Serves Resend's API for the official SDK, and the mails it was given as pages. Any API key will
 * do, but there must be one. An `Idempotency-Key` is replayed for 24 hours.
 */
export async function startMail({ port, dataFile, webhook, log }: MailOptions): Promise<Mail> {
  const { createResendService } = await import("./resend-service.ts");
  const opened = Promise.withResolvers<(request: Request) => Promise<Response>>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen() {} },
    async (request) => (await opened.promise)(request),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const mailboxUrl = `${url}/inbox`;
  const store = await openRecordStore(dataFile).catch(async (error) => {
    await server.shutdown();
    throw error;
  });
  const events = webhook && startMailEvents(webhook, log);
  const service = await createResendService(
    announcing(store, (mail) => {
      log("mail", `"${mail["subject"]}" to ${mail["to"]}: ${mailboxUrl}/${mail["uuid"]}`);
      events?.sent(mail as never);
    }),
    url,
  );

  opened.resolve(async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/") return Response.redirect(mailboxUrl);
    if (!pathname.startsWith("/inbox")) {
      if (!hasApiKey(request)) return missingApiKey();
      if (pathname !== mailListPath || request.method !== "GET") {
        return await service.fetch(request);
      }
      return Response.json({
        data: mailsFor(store.collection(mails).all(), searchParams.get("to")),
      });
    }
    return await readable(await service.fetch(request));
  });

  return {
    url,
    mailboxUrl,
    async stop() {
      await events?.stop();
      await server.shutdown();
      await service.close();
      store.close();
    },
  };
}

/** Tells of each mail that is sent. */
function announcing(
  store: RecordStore,
  sent: (mail: Record<string, unknown>) => void,
): RecordStore {
  return {
    ...store,
    collection(name) {
      const collection = store.collection(name);
      if (name !== mails) return collection;
      return {
        ...collection,
        insert(fields) {
          const mail = collection.insert(fields);
          sent(mail);
          return mail;
        },
      };
    },
  };
}

function hasApiKey(request: Request): boolean {
  return /^bearer \S/i.test(request.headers.get("authorization") ?? "");
}

function missingApiKey(): Response {
  const message = "Missing API key in the authorization header";
  return Response.json({ statusCode: 401, name: "missing_api_key", message }, { status: 401 });
}

/** emulate's page is 420 px wide, its preview 300 px high: too little to judge a mail by. */
const roomier = "<style>.content-inner{max-width:760px}iframe.s-card{height:70vh}</style></head>";

async function readable(page: Response): Promise<Response> {
  const headers = new Headers(page.headers);
  headers.delete("content-length");
  const html = (await page.text()).replace("</head>", roomier);
  return new Response(html, { status: page.status, headers });
}
