import { Button, Group, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { useShopTexts } from "../texts.ts";

/** Milliseconds without a letter until it is searched for. */
const pause = 350;

interface Props {
  /** What is searched for now. */
  search: string;
  /** `further`: the one before was searched for on the way to this one, and is none to go back to. */
  onSearch: (search: string, how: { further: boolean }) => void;
}

/** Searches while one types. */
export function SearchBox({ search, onSearch }: Props) {
  const s = useShopTexts();
  const [typed, setTyped] = useState(search);
  // Of the words that are being typed, whether some were searched for.
  const begun = useRef(false);
  const asked = useRef(search);
  // Back, a link or a reset: what the address has.
  useEffect(() => {
    if (search !== asked.current) setTyped(search);
    asked.current = search;
  }, [search]);
  function ask(text: string): void {
    const words = text.trim();
    if (words === asked.current) return;
    asked.current = words;
    onSearch(words, { further: begun.current });
    begun.current = true;
  }
  useEffect(() => {
    const timer = setTimeout(() => ask(typed), pause);
    return () => clearTimeout(timer);
  }, [typed]);
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    ask(typed);
  };
  return (
    <form role="search" onSubmit={onSubmit} className="search">
      <Group gap="xs" wrap="nowrap">
        <TextInput
          flex={1}
          aria-label={s.search}
          placeholder={s.search}
          leftSection={<IconSearch size={18} stroke={1.8} aria-hidden />}
          name="search"
          type="search"
          maxLength={200}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={() => begun.current = false}
        />
        <Button type="submit">{s.find}</Button>
      </Group>
    </form>
  );
}
