/**
 * What tax ids look like, so that a slip of the pen is told of at once. Whether one exists, the registers
 * say: Stripe asks them after it has taken the id.
 *
 * @see https://ec.europa.eu/taxation_customs/vies/#/faq (structures of VAT numbers)
 * @see https://docs.stripe.com/billing/customer/tax-ids
 */

/** Types that are taken, by Stripe's names. */
export const taxIdTypes = ["eu_vat", "gb_vat", "ch_vat", "no_vat", "us_ein"] as const;
export type TaxIdType = typeof taxIdTypes[number];

/** After the two letters of the country. EL is Greece, XI Northern Ireland. */
const euVat: Readonly<Record<string, RegExp>> = {
  AT: /^U\d{8}$/,
  BE: /^[01]\d{9}$/,
  BG: /^\d{9,10}$/,
  CY: /^\d{8}[A-Z]$/,
  CZ: /^\d{8,10}$/,
  DE: /^\d{9}$/,
  DK: /^\d{8}$/,
  EE: /^\d{9}$/,
  EL: /^\d{9}$/,
  ES: /^[A-Z0-9]\d{7}[A-Z0-9]$/,
  FI: /^\d{8}$/,
  FR: /^[A-HJ-NP-Z0-9]{2}\d{9}$/,
  HR: /^\d{11}$/,
  HU: /^\d{8}$/,
  IE: /^\d[A-Z0-9+*]\d{5}[A-Z]{1,2}$/,
  IT: /^\d{11}$/,
  LT: /^(\d{9}|\d{12})$/,
  LU: /^\d{8}$/,
  LV: /^\d{11}$/,
  MT: /^\d{8}$/,
  NL: /^\d{9}B\d{2}$/,
  PL: /^\d{10}$/,
  PT: /^\d{9}$/,
  RO: /^\d{2,10}$/,
  SE: /^\d{10}01$/,
  SI: /^\d{8}$/,
  SK: /^\d{10}$/,
  XI: /^(\d{9}|\d{12}|GD\d{3}|HA\d{3})$/,
};

const others: Readonly<Record<Exclude<TaxIdType, "eu_vat">, RegExp>> = {
  gb_vat: /^GB(\d{9}|\d{12}|GD\d{3}|HA\d{3})$/,
  ch_vat: /^CHE-\d{3}\.\d{3}\.\d{3} (MWST|TVA|IVA)$/,
  no_vat: /^\d{9}MVA$/,
  us_ein: /^\d{2}-\d{7}$/,
};

/** `CHE-123.456.789 TVA`, however its digits were grouped. */
function swiss(typed: string): string {
  const parts = /^CHE(\d{3})(\d{3})(\d{3})(MWST|TVA|IVA)$/.exec(typed.replace(/[^A-Z0-9]/g, ""));
  return parts === null ? typed : `CHE-${parts[1]}.${parts[2]}.${parts[3]} ${parts[4]}`;
}

/**
 * A tax id in the form that Stripe and the registers take, without the blanks, points and hyphens that
 * people write; undefined where it cannot be one of its type.
 */
export function parseTaxId(type: TaxIdType, typed: string): string | undefined {
  const upper = typed.normalize("NFKC").trim().toUpperCase();
  const bare = upper.replace(/[\s.\-/]/g, "");
  if (type === "eu_vat") {
    const country = bare.slice(0, 2);
    const pattern = Object.hasOwn(euVat, country) ? euVat[country] : undefined;
    return pattern?.test(bare.slice(2)) === true ? bare : undefined;
  }
  const value = type === "ch_vat"
    ? swiss(upper)
    : type === "us_ein" && /^\d{9}$/.test(bare)
    ? `${bare.slice(0, 2)}-${bare.slice(2)}`
    : bare;
  return others[type].test(value) ? value : undefined;
}
