import { Table } from "@mantine/core";
import type { ReactNode } from "react";

export interface Column<Row> {
  label: string;
  cell: (row: Row) => ReactNode;
  /** Aligned at its end. */
  number?: boolean;
}

interface Props<Row> {
  /** For those who do not see what stands around it. */
  caption: string;
  rows: Row[];
  keyOf: (row: Row) => string | number;
  /** The first names the row. */
  columns: Column<Row>[];
}

/** A table; where there is no room for columns, each row is a list of its cells. */
export function Rows<Row>({ caption, rows, keyOf, columns }: Props<Row>) {
  const align = (column: Column<Row>) => column.number ? "end" : "start";
  return (
    <Table className="rows" verticalSpacing="sm" layout="auto">
      <caption className="hidden">{caption}</caption>
      <Table.Thead>
        <Table.Tr>
          {columns.map((column) => (
            <Table.Th key={column.label} scope="col" ta={align(column)}>{column.label}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={keyOf(row)}>
            {columns.map((column, index) => {
              const props = { "data-label": column.label, ta: align(column) } as const;
              return index === 0
                ? <Table.Th key={column.label} scope="row" {...props}>{column.cell(row)}</Table.Th>
                : <Table.Td key={column.label} {...props}>{column.cell(row)}</Table.Td>;
            })}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
