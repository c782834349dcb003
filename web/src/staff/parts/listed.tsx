import { Text } from "@mantine/core";
import { ProblemAlert } from "../../components/alert.tsx";
import { ActionButton } from "../../components/form.tsx";
import { Loading } from "../../components/page.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import { useStaffTexts } from "../texts.ts";
import type { Pages } from "./use-pages.ts";

interface Props<Row> {
  caption: string;
  pages: Pages<Row>;
  keyOf: (row: Row) => string | number;
  columns: Column<Row>[];
  /** Where there is none. */
  none: string;
}

/** A list that goes on as a table. */
export function Listed<Row>({ caption, pages, keyOf, columns, none }: Props<Row>) {
  const s = useStaffTexts();
  const { rows, problem, more } = pages;
  return (
    <>
      <ProblemAlert problem={problem} />
      {rows === undefined && problem === undefined && <Loading />}
      {rows?.length === 0 && <Text c="dimmed" my="md">{none}</Text>}
      {rows !== undefined && rows.length > 0 && (
        <Rows caption={caption} rows={rows} keyOf={keyOf} columns={columns} />
      )}
      {more !== undefined && (
        <ActionButton action={more} variant="default" mt="md">{s.more}</ActionButton>
      )}
    </>
  );
}
