/**
 * The client's package.json. It is written with the build, since Deno takes a folder that has one for a
 * project of its own, past the one import map.
 */
export const clientPackage = {
  name: "socle-client",
  version: "1.0.0",
  description: "Socle's endpoints as typed methods over supabase-js",
  license: "MIT",
  type: "module",
  sideEffects: false,
  exports: { ".": { types: "./mod.d.ts", default: "./mod.js" } },
  types: "./mod.d.ts",
  engines: { node: ">=20" },
  peerDependencies: { "@supabase/supabase-js": "^2.100.0" },
};
