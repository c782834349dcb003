import { Button, Group, Paper, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../../app-context.ts";
import { Note, ProblemAlert } from "../../components/alert.tsx";
import { ActionButton, Form } from "../../components/form.tsx";
import { useLanguage } from "../../text/language.tsx";
import { useAction } from "../../use-action.ts";
import { rows } from "../../use-read.ts";
import { Stars } from "../stars.tsx";
import { useShopTexts } from "../texts.ts";
import type { OwnReview } from "./use-reviews.ts";

interface Props {
  productId: string;
  own: OwnReview[];
  /** A bought line without a review. */
  line: string | undefined;
  onChange: () => Promise<void>;
}

/** What one said oneself, to be changed; and the form, for who bought it and has not said anything yet. */
export function OwnReviews({ productId, own, line, onChange }: Props) {
  const { supabase } = useApp();
  const s = useShopTexts();
  const [writing, setWriting] = useState(false);
  const insert = async (order_item_id: string, said: Said) => {
    await rows(
      supabase.from("reviews").insert({ order_item_id, product_id: productId, ...said }),
    );
    setWriting(false);
    await onChange();
  };
  return (
    <>
      {own.map((review) => <Own key={review.id} review={review} onChange={onChange} />)}
      {line !== undefined && (writing
        ? (
          <Paper withBorder p="md" mb="lg">
            <Say
              submit={s.sendReview}
              onSay={(said) => insert(line, said)}
              onLeave={() => setWriting(false)}
            />
          </Paper>
        )
        : (
          <Group mb="lg" gap="sm">
            <Text>{own.length === 0 ? s.youBought : s.youBoughtAgain}</Text>
            <Button variant="default" onClick={() => setWriting(true)}>{s.writeReview}</Button>
          </Group>
        ))}
    </>
  );
}

function Own({ review, onChange }: { review: OwnReview; onChange: () => Promise<void> }) {
  const { supabase } = useApp();
  const s = useShopTexts();
  const [changing, setChanging] = useState(false);
  const { id, rating, comment, hidden_reason } = review;
  const remove = useAction(async () => {
    await rows(supabase.from("reviews").delete().eq("id", id));
    await onChange();
  });
  const update = async (said: Said) => {
    await rows(supabase.from("reviews").update(said).eq("id", id));
    setChanging(false);
    await onChange();
  };
  return (
    <Paper withBorder p="md" mb="lg">
      <Text fw={600} mb={4}>{s.yourReview}</Text>
      {hidden_reason !== null && <Note kind="bad">{s.reviewHidden(hidden_reason)}</Note>}
      {changing
        ? (
          <Say
            said={{ rating, comment }}
            submit={s.saveReview}
            onSay={update}
            onLeave={() => setChanging(false)}
          />
        )
        : (
          <>
            <Stars average={rating} />
            {comment !== "" && <Text className="prose" mt={4}>{comment}</Text>}
            <ProblemAlert problem={remove.problem} />
            <Group mt="sm" gap="xs">
              <Button variant="default" size="compact-md" onClick={() => setChanging(true)}>
                {s.changeReview}
              </Button>
              {hidden_reason === null && (
                <ActionButton variant="subtle" color="red" size="compact-md" action={remove}>
                  {s.removeReview}
                </ActionButton>
              )}
            </Group>
          </>
        )}
    </Paper>
  );
}

interface Said {
  rating: number;
  comment: string;
}

interface SayProps {
  said?: Said;
  submit: string;
  onSay: (said: Said) => Promise<void>;
  onLeave: () => void;
}

function Say({ said, submit, onSay, onLeave }: SayProps) {
  const { t } = useLanguage();
  const s = useShopTexts();
  const [rating, setRating] = useState(String(said?.rating ?? 5));
  const say = useAction((_key, { comment = "" }: Record<string, string>) =>
    onSay({ rating: Number(rating), comment: comment.trim() })
  );
  return (
    <Form
      action={say}
      submit={submit}
      beside={<Button variant="subtle" onClick={onLeave}>{t.back}</Button>}
    >
      <Radio.Group label={s.yourRating} value={rating} onChange={setRating}>
        <Stack gap={6} mt={6}>
          {[5, 4, 3, 2, 1].map((stars) => (
            <Radio
              key={stars}
              value={String(stars)}
              label={<Stars average={stars} />}
            />
          ))}
        </Stack>
      </Radio.Group>
      <Textarea
        label={s.yourWords}
        name="comment"
        maxLength={5000}
        autosize
        minRows={3}
        defaultValue={said?.comment ?? ""}
      />
    </Form>
  );
}
