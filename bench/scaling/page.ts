/** docs/scaling.md: prose that is written by hand in scaling/page.template, with tables of what was measured. */
import { computes, invocations, limits } from "./limits.ts";
import {
  bearable,
  breaking,
  computeFor,
  daysUntil,
  full,
  invocationsAMonth,
  type Measurement,
  type Use,
  usesAt,
} from "./model.ts";

const rates = [10, 100, 1_000, 10_000, 100_000];

const whole = (value: number) => Math.round(value).toLocaleString("en-US");
const percent = (value: number) => value < 0.01 ? "< 1 %" : `${whole(value * 100)} %`;
const few = (value: number) => String(Number(value.toPrecision(3)));

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** What one checkout costs. */
function costTable({ cost }: Measurement): string {
  const calls = Object.entries(cost.stripeCalls);
  return table(["of one checkout", "measured"], [
    ["processor time of the database", `${few(cost.databaseMs)} ms`],
    ["transactions", few(cost.transactions)],
    ["write-ahead log", `${whole(cost.walBytes / 1000)} kB`],
    ["growth of tables and indexes", `${whole(cost.grownBytes / 1000)} kB`],
    ["jobs", few(cost.jobs)],
    ["Stripe's events accepted", few(cost.events)],
    ["function invocations", few(cost.functionCalls)],
    ["mails", few(cost.mails)],
    ["requests to Redis", few(cost.redisRequests)],
    ...calls.map(([call, count]) => [`calls of Stripe's \`${call}\``, few(count)]),
  ]);
}

/** How full each resource is at each rate. */
function useTable(measurement: Measurement): string {
  const columns = rates.map((rate) => usesAt(rate, measurement));
  const rows = columns[0]!.map(({ resource }, index) => [
    resource,
    ...columns.map((uses) => {
      const { utilization } = uses[index]!;
      return utilization > full ? `**${percent(utilization)}**` : percent(utilization);
    }),
    `${whole(bearable(columns[0]![index]!, rates[0]!))}`,
  ]);
  return table([
    "in use at … checkouts a minute",
    ...rates.map(whole),
    `${full * 100} % at`,
  ], rows);
}

/** What is to be done about a resource that is full. */
function remedy({ resource }: Use): string {
  if (resource.startsWith("Resend")) return "ask Resend for a higher rate; mails wait meanwhile";
  if (resource.startsWith("Stripe, ")) return "ask Stripe for a higher limit, six weeks ahead";
  if (resource.startsWith("one variant")) {
    return "sell it in portions: several variants, or a queue";
  }
  if (resource === "Redis") return "ask Upstash for more";
  return "a larger server, then shops of their own";
}

/** What breaks first at each rate, and what to do. */
export function answerTable(measurement: Measurement): string {
  return table(
    [
      "checkouts a minute",
      "breaks, the first first",
      "about the first",
      "smallest server",
      "200 GB after",
    ],
    rates.map((rate) => {
      const uses = usesAt(rate, measurement)
        // The smallest server is a choice, and what to choose has a column of its own. Events are accepted by
        // functions, of which there are as many as are called.
        .filter(({ resource }) =>
          resource !== `Postgres on ${computes[0]!.name}` && !resource.startsWith("Stripe's events")
        );
      const broken = breaking(uses);
      const [first] = broken;
      const days = daysUntil(computes[0]!.recommendedGb, rate, measurement.cost);
      return [
        whole(rate),
        broken.map((one) => `${one.resource} (${percent(one.utilization)})`).join("; ") ||
        "nothing",
        first === undefined ? "–" : remedy(first),
        computeFor(rate, measurement.cost)?.name ?? "none",
        `${few(days)} days`,
      ];
    }),
  );
}

/** Supabase's servers. */
function computeTable(): string {
  return table(
    ["size", "cores", "recommended size of the database", "pooler's clients"],
    computes.map(({ name, cores, recommendedGb, poolerClients }) => [
      name,
      String(cores),
      `${whole(recommendedGb)} GB`,
      whole(poolerClients),
    ]),
  );
}

/** The page: each `{{name}}` of the prose is one of the tables. @throws for a name that is none */
export function scalingPage(prose: string, measurement: Measurement): string {
  const { machine, measured, checkouts, ordersPerSecond: orders } = measurement;
  const parts: Record<string, string> = {
    cost: costTable(measurement),
    use: useTable(measurement),
    answer: answerTable(measurement),
    computes: computeTable(),
    machine: `${checkouts} checkouts on ${machine.cores} cores (${machine.os}, Deno ` +
      `${machine.deno}), ${measured}`,
    smallestCompute: computes[0]!.name,
    hotRatio: (orders.oneVariant / orders.distinctVariants).toFixed(2),
    oneVariant: whole(orders.oneVariant),
    distinctVariants: whole(orders.distinctVariants),
    stripeAll: String(limits.stripeAll.perSecond),
    stripeEndpoint: String(limits.stripeEndpoint.perSecond),
    resend: String(limits.resend.perSecond),
    upstash: whole(limits.upstash.perSecond),
    queueJobs: whole(measurement.perSecond.jobs),
    webhooks: few(measurement.perSecond.webhooks),
    millionInvocations: few(invocationsAMonth(1_000, measurement.cost) / 1e6),
    includedMillion: few(invocations.includedAMonth / 1e6),
    dollars: String(invocations.dollarsAMillion),
    walAtThousand: whole(measurement.cost.walBytes * 1000 / 60 / 1000),
  };
  return prose.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) {
      throw new Error(`bench/scaling/page.template names {{${name}}}, which is no part`);
    }
    return part;
  });
}
