import { type RefObject, useEffect } from "react";

/** Long enough for a page to move the focus itself, or for a dialog to give it back. */
const patienceMs = 100;

const focusable = "a[href], button, input, select, textarea, [tabindex]";

/** An element among its siblings. */
interface Place {
  parent: Element;
  index: number;
}

/** Where an element stands, from its own parent up to `top`. */
function placesOf(element: Element, top: Element): Place[] {
  const places: Place[] = [];
  for (let at = element; at !== top && at.parentElement !== null; at = at.parentElement) {
    places.push({ parent: at.parentElement, index: [...at.parentElement.children].indexOf(at) });
  }
  return places;
}

function firstFocusable(element: Element): HTMLElement | undefined {
  return [element, ...element.querySelectorAll<HTMLElement>(focusable)]
    .filter((one) => one instanceof HTMLElement && one.matches(focusable))
    .find((one): one is HTMLElement => one.checkVisibility() && !one.matches(":disabled"));
}

/** What stands now where something has vanished, or nearest to it. */
function inPlaceOf(places: Place[]): HTMLElement | undefined {
  for (const { parent, index } of places) {
    if (!parent.isConnected) continue;
    const heir = parent.children[index] ?? parent.lastElementChild;
    const found = (heir && firstFocusable(heir)) ?? firstFocusable(parent);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Keeps the place of who uses the keyboard or a screen reader: where what had the focus vanishes, by what it
 * did or because the page was read anew, the focus goes to what stands there now, else to `otherwise`.
 */
export function useKeptFocus(
  page: RefObject<HTMLElement | null>,
  otherwise: RefObject<HTMLElement | null>,
): void {
  useEffect(() => {
    const box = page.current!;
    let latest: Element | undefined;
    let places: Place[] = [];
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const remember = ({ target }: FocusEvent) => {
      latest = target as Element;
      places = placesOf(latest, box);
    };
    const look = () => {
      if (latest?.isConnected !== false || document.activeElement !== document.body) return;
      latest = undefined;
      (inPlaceOf(places) ?? otherwise.current)?.focus({ preventScroll: true });
    };
    // Of the whole document: a dialog stands beside the page, and holds the focus while it closes.
    const observer = new MutationObserver(() => {
      if (latest?.isConnected !== false) return;
      clearTimeout(waiting);
      waiting = setTimeout(look, patienceMs);
    });
    box.addEventListener("focusin", remember);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      box.removeEventListener("focusin", remember);
      observer.disconnect();
      clearTimeout(waiting);
    };
  }, []);
}
