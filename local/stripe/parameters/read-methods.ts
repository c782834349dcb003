import ts from "typescript";

/**
 * Every method of the SDK's resource classes, as `POST /v1/customers/{id}` with the type of its
 * `params` argument (null where it has none). The type is in the `.d.ts`, the path in the `.js`
 * beside it.
 */
export function methodsOf(
  program: ts.Program,
  declarations: readonly string[],
): Map<string, ts.Type | null> {
  const checker = program.getTypeChecker();
  const methods = new Map<string, ts.Type | null>();
  for (const file of declarations) {
    const source = program.getSourceFile(file);
    const script = ts.sys.readFile(file.replace(/\.d\.ts$/, ".js"));
    if (source === undefined || script === undefined) continue;
    const paths = pathsOf(script);
    for (const statement of source.statements) {
      if (!ts.isClassDeclaration(statement)) continue;
      for (const member of statement.members) {
        if (!ts.isMethodDeclaration(member)) continue;
        const path = paths.get(`${statement.name?.text}.${member.name.getText(source)}`);
        if (path === undefined) continue;
        const params = member.parameters.find((one) => one.name.getText(source) === "params");
        const type = params?.type === undefined ? null : checker.getTypeFromTypeNode(params.type);
        methods.set(path, type);
      }
    }
  }
  return methods;
}

/** `Class.method` to `POST /v1/things/{id}`, from the calls of `_makeRequest` in a script. */
function pathsOf(script: string): Map<string, string> {
  const paths = new Map<string, string>();
  const source = ts.createSourceFile("script.js", script, ts.ScriptTarget.Latest, true);
  for (const statement of source.statements) {
    if (!ts.isClassDeclaration(statement)) continue;
    for (const member of statement.members) {
      if (!ts.isMethodDeclaration(member) || member.body === undefined) continue;
      const request = findRequest(member.body);
      if (request === undefined) continue;
      paths.set(`${statement.name?.text}.${member.name.getText(source)}`, request);
    }
  }
  return paths;
}

function findRequest(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) && /\._makeRequest$/.test(node.expression.getText())) {
    const [method, path] = node.arguments;
    if (method === undefined || path === undefined || !ts.isStringLiteral(method)) return undefined;
    if (ts.isStringLiteralLike(path)) return `${method.text} ${path.text}`;
    if (!ts.isTemplateExpression(path)) return undefined;
    const rest = path.templateSpans.map((span) => {
      const name = /encodeURIComponent\((\w+)\)/.exec(span.expression.getText())?.[1] ?? "id";
      return `{${name}}${span.literal.text}`;
    });
    return `${method.text} ${path.head.text}${rest.join("")}`;
  }
  return ts.forEachChild(node, findRequest);
}
