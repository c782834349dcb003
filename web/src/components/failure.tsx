import { Alert, Button, Stack, Text } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useLanguage } from "../text/language.tsx";

interface Props {
  /** Another page is another try. */
  path: string;
  children: ReactNode;
}

/** Says so when a page fails: one that cannot be loaded, since a newer release has replaced it, for instance. */
export class FailureBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(before: Props) {
    if (this.state.failed && before.path !== this.props.path) this.setState({ failed: false });
  }

  override render() {
    return this.state.failed ? <Failure /> : this.props.children;
  }
}

function Failure() {
  const { t } = useLanguage();
  return (
    <Alert color="red">
      <Stack align="flex-start">
        <Text>{t.pageFailed}</Text>
        <Button onClick={() => location.reload()}>{t.reload}</Button>
      </Stack>
    </Alert>
  );
}
