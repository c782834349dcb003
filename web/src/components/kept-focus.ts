import { type RefObject, useEffect } from "react";

/** Long enough for a page to move the focus itself, or for a dialog to give it back. */
const patienceMs = 100;

/** What a place on a page is called by: a row, an entry, a part with a heading. Never what Enter would press. */
const places = "tr, li, form, section, article, [role=group]";

/** What tells where somebody is, and by which means. */
const events = ["focusin", "keydown", "pointerdown"] as const;

/** An element and its siblings, once, in their order. */
interface Level {
  parent: Element;
  before: Element[];
  after: Element[];
}

/** Where an element stands, from its own parent up to `top`. */
function levelsOf(element: Element, top: Element): Level[] {
  const levels: Level[] = [];
  for (let at = element; at !== top && at.parentElement !== null; at = at.parentElement) {
    const siblings = [...at.parentElement.children];
    const index = siblings.indexOf(at);
    levels.push({
      parent: at.parentElement,
      before: siblings.slice(0, index).reverse(),
      after: siblings.slice(index + 1),
    });
  }
  return levels;
}

/** The place after what has vanished, or before it where it was the last; else the one that holds it. */
function placeLeft(levels: Level[], top: Element): Element | undefined {
  const left = levels.find(({ parent }) => parent.isConnected);
  if (left === undefined) return undefined;
  const { parent, before, after } = left;
  const isThere = (one: Element) => one.parentElement === parent;
  const next = after.find(isThere);
  const previous = before.find(isThere);
  const beside = [next, previous].find((one) => one?.matches(places));
  if (beside !== undefined) return beside;
  // As a button for more of a list, once there is no more.
  const last = next === undefined && [...previous?.querySelectorAll(places) ?? []].at(-1);
  if (last) return last;
  const around = parent.closest(places);
  return around !== null && top.contains(around) ? around : undefined;
}

/** Puts the focus on what does not take it by itself, until it goes on from there. */
function focusOn(element: HTMLElement): void {
  if (!element.hasAttribute("tabindex")) {
    element.tabIndex = -1;
    element.addEventListener("blur", () => element.removeAttribute("tabindex"), { once: true });
  }
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}

/**
 * Keeps the place of who uses the keyboard or a screen reader: where what had the focus vanishes, by what it
 * did or because the page was read anew, the focus goes to the row, entry or part that it was in, or that
 * stands there now; else to `otherwise`. Tab goes on from there. Not to a button: Enter may still be down.
 */
export function useKeptFocus(
  page: RefObject<HTMLElement | null>,
  otherwise: RefObject<HTMLElement | null>,
): void {
  useEffect(() => {
    const box = page.current!;
    let latest: Element | undefined;
    let levels: Level[] = [];
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const forget = () => {
      latest = undefined;
      levels = [];
    };
    const notice = ({ type, target }: Event) => {
      const element = target as Element;
      // A dialog stands beside the page, and what opened it is where one comes back to.
      if (element.closest("[data-portal]") !== null) return;
      // Enter is still down, and what it pressed has gone.
      if (type === "keydown" && element === document.body) return;
      forget();
      // Who takes the mouse is where that is, until a key is pressed.
      if (type === "pointerdown" || !box.contains(element)) return;
      if (type === "focusin" && !element.matches(":focus-visible")) return;
      latest = element;
      levels = levelsOf(element, box);
    };
    const look = () => {
      waiting = undefined;
      if (latest?.isConnected !== false || document.activeElement !== document.body) return;
      const place = placeLeft(levels, box) ?? otherwise.current;
      forget();
      if (place !== null) focusOn(place as HTMLElement);
    };
    // Of the whole document: a dialog holds the focus while it closes.
    const observer = new MutationObserver(() => {
      if (latest?.isConnected === false) waiting ??= setTimeout(look, patienceMs);
    });
    for (const event of events) document.addEventListener(event, notice);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      for (const event of events) document.removeEventListener(event, notice);
      observer.disconnect();
      clearTimeout(waiting);
    };
  }, []);
}
