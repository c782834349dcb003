import type { ReactNode } from "react";
import type { Read } from "../use-read.ts";
import { ProblemAlert } from "./alert.tsx";
import { Loading } from "./page.tsx";

interface Props<Value> {
  read: Read<Value>;
  children: (value: Value) => ReactNode;
}

/** What was read; until then that it is on its way, or why it did not come. */
export function Shown<Value>({ read: { value, problem }, children }: Props<Value>) {
  return (
    <>
      <ProblemAlert problem={problem} />
      {value === undefined ? problem === undefined && <Loading /> : children(value)}
    </>
  );
}
