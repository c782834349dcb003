/** What the numbers of a country of the European Union look like after its letters. */
const euVat: Readonly<Record<string, RegExp>> = {
  AT: /^U\d{8}$/,
  BE: /^[01]?\d{9}$/,
  BG: /^\d{9,10}$/,
  CY: /^\d{8}[A-Z]$/,
  CZ: /^\d{8,10}$/,
  DE: /^\d{9}$/,
  DK: /^\d{8}$/,
  EE: /^\d{9}$/,
  EL: /^\d{9}$/,
  ES: /^[A-Z0-9]\d{7}[A-Z0-9]$/,
  FI: /^\d{8}$/,
  FR: /^[A-Z0-9]{2}\d{9}$/,
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
  SE: /^\d{12}$/,
  SI: /^\d{8}$/,
  SK: /^\d{10}$/,
  XI: /^(\d{9}|\d{12}|GD\d{3}|HA\d{3})$/,
};

interface Format {
  country: string;
  pattern: RegExp;
}

const formats: Readonly<Record<string, Format>> = {
  ch_uid: { country: "CH", pattern: /^CHE-?\d{3}\.?\d{3}\.?\d{3}( ?(HR|RC))?$/ },
  ch_vat: { country: "CH", pattern: /^CHE-?\d{3}\.?\d{3}\.?\d{3} ?(MWST|TVA|IVA)$/ },
  de_stn: { country: "DE", pattern: /^\d{10,13}$/ },
  es_cif: { country: "ES", pattern: /^[A-Z]\d{7}[A-Z0-9]$/ },
  fr_siren: { country: "FR", pattern: /^\d{9}$/ },
  fr_siret: { country: "FR", pattern: /^\d{14}$/ },
  gb_vat: { country: "GB", pattern: /^GB(\d{9}|\d{12}|GD\d{3}|HA\d{3})$/ },
  no_vat: { country: "NO", pattern: /^\d{9}MVA$/ },
  us_ein: { country: "US", pattern: /^\d{2}-?\d{7}$/ },
};

/** Stripe's numbers for trying the verification: https://docs.stripe.com/billing/testing */
const magic = { "000000000": "verified", "111111111": "unverified", "222222222": "pending" };

/** A tax id as it is kept, and its country; undefined where it is none of its type. */
export function parseTaxId(
  type: string,
  typed: string,
): { value: string; country: string | null } | undefined {
  const value = type === "ch_vat" || type === "ch_uid"
    ? typed.trim().toUpperCase()
    : typed.replace(/[\s.]/g, "").toUpperCase();
  if (type === "eu_vat") {
    if (Object.hasOwn(magic, value)) return { value, country: null };
    const country = value.slice(0, 2);
    const pattern = Object.hasOwn(euVat, country) ? euVat[country] : undefined;
    if (pattern?.test(value.slice(2)) !== true) return undefined;
    return { value, country: country === "EL" ? "GR" : country === "XI" ? "GB" : country };
  }
  const format = Object.hasOwn(formats, type) ? formats[type] : undefined;
  return format?.pattern.test(value) === true ? { value, country: format.country } : undefined;
}

/** Whether the formats of a type are known here. */
export function isKnownType(type: string): boolean {
  return type === "eu_vat" || Object.hasOwn(formats, type);
}

/** Whether a register is asked about a type. */
export function isVerified(type: string): boolean {
  return type === "eu_vat" || type === "gb_vat";
}

/** What the register will say of a number: of one that is not for trying, that it cannot be asked. */
export function verdictOn(value: string): string {
  const found = Object.entries(magic).find(([number]) => value.includes(number));
  return found?.[1] ?? "unavailable";
}
