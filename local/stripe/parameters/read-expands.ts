import ts from "typescript";
import type { Expands } from "./grammar.ts";

/** Every interface of the SDK that is an API object, by its `object` value (`customer`, …). */
export function objectInterfaces(
  program: ts.Program,
  declarations: readonly string[],
): Map<string, ts.Type> {
  const checker = program.getTypeChecker();
  const found = new Map<string, ts.Type>();
  for (const file of declarations) {
    for (const statement of program.getSourceFile(file)?.statements ?? []) {
      if (!ts.isInterfaceDeclaration(statement) || /^Deleted/.test(statement.name.text)) continue;
      const type = checker.getTypeAtLocation(statement.name);
      const tag = type.getProperty("object");
      const value = tag === undefined ? undefined : checker.getTypeOfSymbol(tag);
      if (value?.isStringLiteral() && !found.has(value.value)) found.set(value.value, type);
    }
  }
  return found;
}

/** Reads from an object's declaration what `expand` takes on it. */
export class ExpandReader {
  constructor(readonly checker: ts.TypeChecker) {}

  pathsOf(type: ts.Type): Expands {
    const expands: Expands = { ids: [], fields: [] };
    this.#walk(type, "", expands, []);
    return expands;
  }

  #walk(type: ts.Type, prefix: string, expands: Expands, seen: ts.Type[]): void {
    if (seen.includes(type)) return;
    for (const property of type.getProperties()) {
      const path = prefix + property.name;
      const parts = this.#present(this.checker.getTypeOfSymbol(property));
      const objects = parts.flatMap((part) => this.#elements(part));
      if (objects.some((part) => part.flags & ts.TypeFlags.String)) {
        // `string | Customer`: an id that expand replaces.
        if (objects.some((part) => this.#isObject(part))) expands.ids.push(path);
        continue;
      }
      const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      for (const part of parts) {
        if (this.checker.typeToString(part).startsWith("ApiList<")) {
          if (optional) expands.fields.push(path);
        } else if (!this.#isObject(part) && part.flags & ts.TypeFlags.Object) {
          for (const element of this.#elements(part)) {
            if (element.flags & ts.TypeFlags.Object && !this.#isObject(element)) {
              this.#walk(element, `${path}.`, expands, [...seen, type]);
            }
          }
        }
      }
    }
  }

  #present(type: ts.Type): ts.Type[] {
    const parts = type.isUnion() ? type.types : [type];
    return parts.filter((part) => !(part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)));
  }

  /** The element types of an array, or the type itself. */
  #elements(type: ts.Type): ts.Type[] {
    const text = this.checker.typeToString(type);
    if (!text.startsWith("Array<") && !text.endsWith("[]")) return [type];
    return this.checker.getTypeArguments(type as ts.TypeReference).flatMap((one) =>
      this.#present(one)
    );
  }

  #isObject(type: ts.Type): boolean {
    return type.getProperty("id") !== undefined && type.getProperty("object") !== undefined;
  }
}
