import { Group, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useLanguage } from "../text/language.tsx";
import type { Action } from "../use-action.ts";
import { ProblemAlert } from "./alert.tsx";
import { ActionButton, PendingButton } from "./form.tsx";

interface DialogProps {
  title: string;
  opened: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** Asks for something before the page goes on. The focus stays in it, and goes back when it is closed. */
export function Dialog({ title, opened, onClose, children }: DialogProps) {
  const { t } = useLanguage();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      centered
      closeButtonProps={{ "aria-label": t.close }}
    >
      {children}
    </Modal>
  );
}

interface ConfirmProps extends DialogProps {
  /** What the button does; closes the dialog once it has succeeded. */
  action: Action<[]>;
  /** The button's text: what happens. */
  confirm: string;
  color?: string;
}

/** A dialog that asks once more. */
export function Confirm({ action, confirm, color = "red", children, ...dialog }: ConfirmProps) {
  const { t } = useLanguage();
  return (
    <Dialog {...dialog}>
      {children}
      <ProblemAlert problem={action.problem} />
      <Group justify="flex-end" mt="md" gap="sm">
        <PendingButton variant="default" pending={false} onClick={dialog.onClose}>
          {t.back}
        </PendingButton>
        <ActionButton color={color} action={action}>{confirm}</ActionButton>
      </Group>
    </Dialog>
  );
}
