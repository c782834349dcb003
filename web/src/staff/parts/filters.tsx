import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { useSearchParams } from "wouter";
import { valuesOf } from "../../components/form.tsx";
import { useStaffTexts } from "../texts.ts";

/** What a list is narrowed to, as it stands in the address: a link to it shows the same. */
export function useFilters(): [
  (name: string) => string | undefined,
  (changes: Record<string, string>) => void,
] {
  const [parameters, setParameters] = useSearchParams();
  return [
    (name) => parameters.get(name) ?? undefined,
    (changes) =>
      setParameters((before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value === "") after.delete(name);
          else after.set(name, value);
        }
        return after;
      }),
  ];
}

/** Filters side by side. */
export function Filters({ children }: { children: ReactNode }) {
  return <Group align="flex-end" gap="sm" mb="md">{children}</Group>;
}

interface ChoiceProps {
  label: string;
  name: string;
  /** The label of each choice. */
  choices: Record<string, string>;
  /** What stands for no choice. */
  all: string;
}

/** One of a few. */
export function Choice({ label, name, choices, all }: ChoiceProps) {
  const [filter, setFilters] = useFilters();
  return (
    <NativeSelect
      label={label}
      value={filter(name) ?? ""}
      data={[
        { value: "", label: all },
        ...Object.entries(choices).map(([value, label]) => ({ value, label })),
      ]}
      onChange={({ currentTarget }) => setFilters({ [name]: currentTarget.value })}
    />
  );
}

interface SearchProps {
  label: string;
  name: string;
  type?: "search" | "email";
}

/** Whatever is typed. */
export function Search({ label, name, type = "search" }: SearchProps) {
  const s = useStaffTexts();
  const [filter, setFilters] = useFilters();
  return (
    <form
      key={filter(name)}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        setFilters({ [name]: (valuesOf(event.currentTarget)[name] ?? "").trim() });
      }}
    >
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <TextInput label={label} name={name} type={type} defaultValue={filter(name)} miw={0} />
        {/* Whole, however long the label is. */}
        <Button type="submit" variant="default" flex="none">{s.find}</Button>
      </Group>
    </form>
  );
}
