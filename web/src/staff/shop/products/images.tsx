import { ActionIcon, FileButton, Group, Image, Stack, Text } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { useApp } from "../../../app-context.ts";
import { ProblemAlert } from "../../../components/alert.tsx";
import { Field, Form, PendingButton } from "../../../components/form.tsx";
import { Section } from "../../../components/section.tsx";
import { useLanguage } from "../../../text/language.tsx";
import { useAction } from "../../../use-action.ts";
import { rows } from "../../../use-read.ts";
import { useShopTexts } from "../texts.ts";
import type { ProductImage, ProductProps } from "./read.ts";

const bucket = "product-images";
/** What the bucket takes, and how such a file's name ends. */
const endings: Record<string, string> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
};

/** A product's images in their order: added, moved, described, removed. */
export function Images({ product, changed }: ProductProps) {
  const { supabase } = useApp();
  const s = useShopTexts();
  const images = product.product_images;
  const add = useAction(async (_key, file: File) => {
    const path = `${product.id}/${crypto.randomUUID()}.${endings[file.type] ?? "png"}`;
    const { error } = await supabase.storage.from(bucket).upload(path, file, {
      contentType: file.type,
    });
    if (error !== null) throw error;
    const position = Math.max(-1, ...images.map((one) => one.position)) + 1;
    await rows(
      supabase.from("product_images").insert({
        product_id: product.id,
        path,
        alt_en: product.name_en,
        alt_fr: product.name_fr,
        position,
      }),
    );
    await changed();
  });
  return (
    <Section
      title={s.images}
      actions={
        <FileButton
          accept={Object.keys(endings).join(",")}
          onChange={(file) => file !== null && void add.start(file)}
        >
          {({ onClick }) => (
            <PendingButton
              variant="default"
              size="compact-md"
              pending={add.pending}
              onClick={onClick}
            >
              {s.addImage}
            </PendingButton>
          )}
        </FileButton>
      }
    >
      <ProblemAlert problem={add.problem} />
      {images.length === 0 && <Text c="dimmed">{s.noImages}</Text>}
      <Stack gap="lg">
        {images.map((image, index) => (
          <OneImage
            key={image.id}
            images={images}
            index={index}
            changed={changed}
          />
        ))}
      </Stack>
    </Section>
  );
}

interface OneProps {
  images: ProductImage[];
  index: number;
  changed(): Promise<void>;
}

function OneImage({ images, index, changed }: OneProps) {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const s = useShopTexts();
  const image = images[index]!;
  const { data: { publicUrl } } = supabase.storage.from(bucket).getPublicUrl(image.path);
  const table = () => supabase.from("product_images");
  const move = useAction(async (_key, by: -1 | 1) => {
    const order = [...images];
    [order[index], order[index + by]] = [order[index + by]!, order[index]!];
    for (const [position, one] of order.entries()) {
      if (one.position !== position) await rows(table().update({ position }).eq("id", one.id));
    }
    await changed();
  });
  // Its file goes with it: a job looks after those without a row.
  const remove = useAction(async () => {
    await rows(table().delete().eq("id", image.id));
    await changed();
  });
  const describe = useAction(async (_key, { alt_en, alt_fr }: Record<string, string>) => {
    await rows(table().update({ alt_en: alt_en!, alt_fr: alt_fr! }).eq("id", image.id));
    await changed();
  });
  const name = image.alt_en || image.path;
  return (
    <Group align="flex-start" gap="lg">
      <Image src={publicUrl} alt={image.alt_en} w={140} h={140} fit="cover" radius="md" />
      <div className="grow">
        <Form
          action={describe}
          submit={t.save}
          beside={
            <Group gap={4}>
              <ActionIcon
                variant="default"
                size="lg"
                aria-label={s.moveUp(name)}
                disabled={index === 0}
                onClick={() => void move.start(-1)}
              >
                <IconArrowUp size={18} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="default"
                size="lg"
                aria-label={s.moveDown(name)}
                disabled={index === images.length - 1}
                onClick={() => void move.start(1)}
              >
                <IconArrowDown size={18} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="light"
                color="red"
                size="lg"
                aria-label={s.removeImage(name)}
                onClick={() => void remove.start()}
              >
                <IconTrash size={18} aria-hidden />
              </ActionIcon>
            </Group>
          }
        >
          <Field
            label={s.altEn}
            name="alt_en"
            maxLength={500}
            required={false}
            defaultValue={image.alt_en}
          />
          <Field
            label={s.altFr}
            name="alt_fr"
            maxLength={500}
            required={false}
            defaultValue={image.alt_fr}
          />
        </Form>
        <ProblemAlert problem={move.problem ?? remove.problem} />
      </div>
    </Group>
  );
}
