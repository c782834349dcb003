import { type ReactNode, useEffect, useRef } from "react";

let isFirst = true;

/** A page's heading and content. Moves the focus to the heading, so that a screen reader says where one is. */
export function Page({ title, children }: { title: string; children?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Socle`;
  }, [title]);
  useEffect(() => {
    // The browser itself does so for the first page.
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>{title}</h1>
      {children}
    </>
  );
}
