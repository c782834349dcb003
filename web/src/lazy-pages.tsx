/** Pages that come when somebody opens one of their area: one script an area. */
import { type ComponentType, lazy, type LazyExoticComponent } from "react";

// deno-lint-ignore no-explicit-any -- as React's own `lazy` takes components of any properties
type AnyPages<Names extends PropertyKey> = Record<Names, ComponentType<any>>;

/** Gives an area's pages by name. @param load the area's `pages.ts`: `() => import("./pages.ts")` */
export function lazyPages<Pages extends AnyPages<keyof Pages>>(
  load: () => Promise<Pages>,
): <Name extends keyof Pages>(name: Name) => LazyExoticComponent<Pages[Name]> {
  return (name) => lazy(async () => ({ default: (await load())[name] }));
}
