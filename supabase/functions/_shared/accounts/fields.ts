/** Fields that several account endpoints take, with one meaning. */
import * as z from "zod";

/** An e-mail address, as Auth stores it: trimmed and in lower case. */
export const Email = z.string().max(254).trim().toLowerCase().pipe(z.email())
  .meta({ format: "email" });

/** A password: bcrypt reads at most 72 bytes, so a longer one would be cut in silence. */
export const Password = z.string().min(8).refine(
  (password) => new TextEncoder().encode(password).length <= 72,
  "Too long: at most 72 bytes",
);

/** A display name: one printable line, as profiles_name_printable demands. */
export const DisplayName = z.string().trim().min(1).max(100).refine(
  (name) => name.isWellFormed() && !/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u.test(name),
  "Control characters, line separators and marks that turn the writing around are not allowed",
);

/** Languages we write in. */
export const Locale = z.enum(["en", "fr"]);
