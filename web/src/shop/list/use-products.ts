/** The list's pages, one after the other; kept for who comes back from a product. */
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ProductsListInput } from "../../../../client/src/mod.ts";
import { useApp } from "../../app-context.ts";
import { type Problem, problemOf } from "../../problem.ts";
import type { Facets, ProductCard, ProductList } from "../types.ts";

interface Listed {
  /** What was asked for. */
  key: string;
  pages: ProductList[];
}

/** The list as it was left, and the entry of the browser's history that it was. */
let left: Listed & { entry: string; scrollY: number; at: number } | undefined;
/** Milliseconds: prices and stock of the list are not shown older than this. */
const goodFor = 5 * 60_000;

/** Of the entry of the history that one is at; a link that is followed makes one that has none yet. */
function knownEntry(): string | undefined {
  return (history.state as { list?: string } | null)?.list;
}

function entry(): string {
  const known = knownEntry();
  if (known !== undefined) return known;
  const made = crypto.randomUUID();
  history.replaceState({ ...history.state, list: made }, "");
  return made;
}

/** What was left at this very entry: one came back to it. */
function leftHere(key: string): typeof left {
  const here = left !== undefined && left.entry === knownEntry() && left.key === key;
  return here && Date.now() - left!.at < goodFor ? left : undefined;
}

export interface Products {
  /** Undefined until the first have come. Those asked for before stay until then. */
  products: ProductCard[] | undefined;
  facets: Facets | undefined;
  /** More match than are counted. */
  capped: boolean;
  problem: Problem | undefined;
  pending: boolean;
  hasMore: boolean;
  /** Reads the next page, or tries the first again. */
  more(): Promise<void>;
}

export function useProducts(query: ProductsListInput): Products {
  const { socle } = useApp();
  const key = JSON.stringify(query);
  const [listed, setListed] = useState<Listed | undefined>(() => leftHere(key));
  const [problem, setProblem] = useState<Problem>();
  const [pending, setPending] = useState(false);
  const turn = useRef(0);
  const cursor = listed?.key === key ? listed.pages.at(-1)!.next_cursor : null;

  async function load(after: string | null): Promise<void> {
    const mine = ++turn.current;
    setPending(true);
    setProblem(undefined);
    try {
      const page = await socle.productsList({
        ...query,
        facets: after === null,
        page_size: 24,
        ...(after !== null && { cursor: after }),
      });
      // An answer that a later question overtook is old.
      if (mine !== turn.current) return;
      setListed((before) => ({
        key,
        pages: after === null || before === undefined ? [page] : [...before.pages, page],
      }));
    } catch (error) {
      if (mine === turn.current) setProblem(await problemOf(error));
    } finally {
      if (mine === turn.current) setPending(false);
    }
  }

  const at = useRef("");
  useEffect(() => {
    at.current = entry();
    if (listed?.key !== key) {
      void load(null);
    } else {
      // One came back to what is shown, before what was asked for meanwhile had come.
      turn.current++;
      setPending(false);
      setProblem(undefined);
    }
  }, [key]);

  useEffect(() => {
    const found = leftHere(key);
    if (found !== undefined) scrollTo(0, found.scrollY);
  }, []);
  const latest = useRef(listed);
  latest.current = listed;
  // Before the page is replaced: afterwards it is shorter and scrolled elsewhere.
  useLayoutEffect(() => () => {
    if (latest.current === undefined) return;
    left = { ...latest.current, entry: at.current, scrollY, at: Date.now() };
  }, []);

  return {
    products: listed?.pages.flatMap(({ products }) => products),
    facets: listed?.pages[0]?.facets ?? undefined,
    capped: listed?.pages[0]?.facets_capped ?? false,
    problem,
    pending,
    hasMore: cursor !== null,
    async more() {
      if (!pending) await load(cursor);
    },
  };
}
