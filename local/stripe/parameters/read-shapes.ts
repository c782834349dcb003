import ts from "typescript";
import type { ParameterType } from "./grammar.ts";

/**
 * The declarations say `number` for both. These are the ones that Stripe takes with decimals; all
 * others (amounts, counts, times) it refuses as "Invalid integer".
 */
const decimals = /percent|percentage|_decimal$|^(height|length|width|weight|rate)$/;

/** Turns parameter types into shapes, writing each distinct shape once. */
export class ShapeReader {
  readonly #names = new Map<string, string>();
  readonly #texts = new Map<string, string>();
  readonly #byType = new Map<ts.Type, string>();

  constructor(readonly checker: ts.TypeChecker) {}

  /** The name under which an interface's shape is written. */
  nameOf(type: ts.Type): string {
    const plain = this.checker.getNonNullableType(type);
    const known = this.#byType.get(plain);
    if (known !== undefined) return known;
    const wanted = this.#declaredName(plain);
    // Set before the fields are read, so that a type that holds itself ends.
    this.#byType.set(plain, wanted);
    const fields = plain.getProperties().map((property) => {
      const required = (property.flags & ts.SymbolFlags.Optional) === 0;
      const declared = this.checker.getTypeOfSymbol(property);
      const type = this.#typeOf(declared, property.name);
      return `${JSON.stringify(property.name + (required ? "!" : ""))}:${JSON.stringify(type)}`;
    });
    const text = `{${fields.join(",")}}`;
    const name = this.#names.get(text) ?? wanted;
    if ((this.#texts.get(name) ?? text) !== text) throw new Error(`two shapes are named ${name}`);
    this.#names.set(text, name);
    this.#texts.set(name, text);
    this.#byType.set(plain, name);
    return name;
  }

  /** The lines of the object literal that holds all shapes read so far. */
  lines(): string[] {
    return [...this.#texts].sort(([a], [b]) => a < b ? -1 : 1).map(([name, text]) =>
      `  ${JSON.stringify(name)}: ${text},`
    );
  }

  /** `SubscriptionCreateParams.Item`; in a namespace of the SDK, `Checkout.SessionCreateParams`. */
  #declaredName(type: ts.Type): string {
    const symbol = type.aliasSymbol ?? type.symbol;
    const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? "";
    const folders = /\/resources\/(.+\/)?[^/]+$/.exec(file)?.[1] ?? "";
    const name = this.checker.getFullyQualifiedName(symbol).replace(/^"[^"]*"\./, "");
    return `${folders.replaceAll("/", ".")}${name}`;
  }

  #typeOf(type: ts.Type, field: string): ParameterType {
    const parts = type.isUnion() ? type.types : [type];
    const present = parts.filter((part) =>
      (part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) === 0
    );
    const literals = present.filter((part) => part.isStringLiteral()).map((part) => part.value);
    const words = literals.filter((word) => word !== "");
    const alternatives: ParameterType[] = [];
    if (words.length > 0) alternatives.push(["enum", ...words]);
    for (const part of present) {
      if (part.isStringLiteral()) continue;
      const one = this.#single(part, field);
      // An open enum is a union of its words and `OtherString`: the words are what Stripe takes.
      if (one === "string" && words.length > 0) continue;
      if (!alternatives.some((other) => JSON.stringify(other) === JSON.stringify(one))) {
        alternatives.push(one);
      }
    }
    const [first, ...others] = alternatives;
    if (first === undefined) return "string";
    const whole: ParameterType = others.length === 0 ? first : ["or", ...alternatives];
    return literals.includes("") ? ["emptyable", whole] : whole;
  }

  #single(type: ts.Type, field: string): ParameterType {
    if (type.flags & ts.TypeFlags.StringLike) return "string";
    if (type.flags & ts.TypeFlags.NumberLike) return decimals.test(field) ? "number" : "integer";
    if (type.flags & ts.TypeFlags.BooleanLike) return "boolean";
    const text = this.checker.typeToString(type);
    if (text === "Decimal") return "number";
    if (text === "OtherString") return "string";
    const [element] = text.startsWith("Array<") || text.endsWith("[]")
      ? this.checker.getTypeArguments(type as ts.TypeReference)
      : [];
    if (element !== undefined) return ["array", this.#typeOf(element, field)];
    const values = this.checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (values !== undefined) return ["map", this.#typeOf(values, field)];
    return `@${this.nameOf(type)}`;
  }
}
