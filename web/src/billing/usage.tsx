import { formatDay } from "../format.ts";
import { useLanguage } from "../i18n/language.tsx";
import type { Billing } from "./read.ts";

/** What is used of the plan's meters in this billing period, and on which days. Nothing without a meter. */
export function Usage({ billing: { meters, usedByDay } }: { billing: Billing }) {
  const { t, language } = useLanguage();
  if (meters.length === 0) return null;
  const name = (meter: string) => t.meters[meter] ?? meter;
  return (
    <section aria-labelledby="usage" className="card">
      <h2 id="usage">{t.usage}</h2>
      {meters.map(({ feature, used, limit }) => (
        <p key={feature}>
          <span className="strong">{name(feature)}</span>{" "}
          {limit !== null && (
            <progress aria-label={name(feature)} max={limit} value={Math.min(used ?? 0, limit)} />
          )} <span>{t.usedOf(used ?? 0, limit)}</span>
        </p>
      ))}
      {usedByDay.length > 0 && (
        <details>
          <summary>{t.byDay}</summary>
          <table>
            <thead>
              <tr>
                <th scope="col">{t.date}</th>
                <th scope="col">{t.usage}</th>
                <th scope="col">{t.amountUsed}</th>
              </tr>
            </thead>
            <tbody>
              {usedByDay.map(({ meter, day, used }) => (
                <tr key={`${day} ${meter}`}>
                  <th scope="row" data-label={t.date}>{formatDay(`${day}T12:00`, language)}</th>
                  <td data-label={t.usage}>{name(meter)}</td>
                  <td data-label={t.amountUsed}>{used.toLocaleString(language)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </section>
  );
}
