/** @jsxImportSource react */
/**
 * How every mail looks. No image and no font from elsewhere: nothing to load, nothing that tells
 * who opened it. Styles are inline because Gmail drops sheets on forwarding; the sheet in the head
 * only repaints for dark mode, where clients honour it.
 */
import { Body } from "@react-email/body";
import { Button } from "@react-email/button";
import { Container } from "@react-email/container";
import { Head } from "@react-email/head";
import { Html } from "@react-email/html";
import { Preview } from "@react-email/preview";
import { Text } from "@react-email/text";
import { Fragment } from "react";
import type { Locale } from "./locale.ts";
import type { Block, Content } from "./template.ts";

/** Contrast with its background is 4.5:1 or better for each, in both modes. */
const color = {
  page: "#f3f4f6",
  card: "#ffffff",
  line: "#e5e7eb",
  ink: "#111827",
  muted: "#596273",
  link: "#1d4ed8",
  action: "#1d4ed8",
  onAction: "#ffffff",
  inset: "#f3f4f6",
};

const darkMode = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page, .page > table > tbody > tr > td { background-color: #0f1420 !important; }
  .card { background-color: #1b2231 !important; border-color: #333c4f !important; }
  .ink { color: #f3f4f6 !important; }
  .muted { color: #a7b0c0 !important; }
  .inset { background-color: #0f1420 !important; }
  .line { border-color: #333c4f !important; }
  .link { color: #93b4ff !important; }
}
@media (max-width: 480px) {
  .card { padding: 24px 20px 8px !important; }
}`;

const font = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
const paragraph = { margin: "0 0 16px", fontSize: "16px", lineHeight: "24px", color: color.ink };
const small = { ...paragraph, fontSize: "14px", lineHeight: "21px", color: color.muted };

export interface LayoutProps {
  locale: Locale;
  brand: string;
  content: Content;
  footer: string;
  /** Below the footer, on a line of its own. */
  footerLink?: { label: string; url: string } | undefined;
}

/** A whole mail: brand, one card with heading and blocks, footer. */
export function Layout({ locale, brand, content, footer, footerLink }: LayoutProps) {
  return (
    <Html lang={locale} dir="ltr">
      <Head>
        <title>{content.subject}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <style dangerouslySetInnerHTML={{ __html: darkMode }} />
      </Head>
      <Preview>{content.preheader}</Preview>
      <Body
        className="page"
        style={{ margin: 0, padding: "32px 12px", backgroundColor: color.page, fontFamily: font }}
      >
        <Container style={{ maxWidth: "560px", width: "100%", margin: "0 auto" }}>
          <Text
            className="ink"
            style={{ ...paragraph, margin: "0 0 16px 4px", fontSize: "18px", fontWeight: 700 }}
          >
            {brand}
          </Text>
          <div
            className="card"
            style={{
              padding: "32px 32px 16px",
              border: `1px solid ${color.line}`,
              borderRadius: "8px",
              backgroundColor: color.card,
            }}
          >
            <h1
              className="ink"
              style={{ ...paragraph, margin: "0 0 20px", fontSize: "22px", lineHeight: "30px" }}
            >
              {content.heading}
            </h1>
            {content.blocks.map((block, index) => <Part key={index} block={block} />)}
          </div>
          <Text
            className="muted"
            style={{ ...small, margin: "16px 4px 0", fontSize: "13px", lineHeight: "19px" }}
          >
            {unbroken(footer)}
            {footerLink && (
              <>
                <br />
                {anchor(footerLink.url, footerLink.label)}
              </>
            )}
          </Text>
        </Container>
      </Body>
    </Html>
  );
}

function Part({ block }: { block: Block }) {
  switch (block.kind) {
    case "text":
      return <Text className="ink" style={paragraph}>{unbroken(block.text)}</Text>;
    case "note":
      return <Text className="muted" style={small}>{unbroken(block.text)}</Text>;
    case "link":
      return <Text style={paragraph}>{anchor(block.url, block.label)}</Text>;
    case "action":
      return <Action {...block} />;
    case "code":
      return <Code {...block} />;
    case "rows":
      return <Rows rows={block.rows} />;
    case "items":
      return <Items items={block.items} />;
    case "address":
      return <Address {...block} />;
  }
}

function Action({ label, url, fallback }: Extract<Block, { kind: "action" }>) {
  return (
    <>
      <Button
        href={url}
        style={{
          margin: "8px 0 20px",
          padding: "12px 24px",
          borderRadius: "6px",
          backgroundColor: color.action,
          color: color.onAction,
          fontSize: "16px",
          fontWeight: 600,
          textDecoration: "none",
        }}
      >
        {label}
      </Button>
      <Text className="muted" style={{ ...small, fontSize: "13px", lineHeight: "19px" }}>
        {fallback}
        <br />
        {anchor(url, url)}
      </Text>
    </>
  );
}

function Code({ label, code }: Extract<Block, { kind: "code" }>) {
  return (
    <>
      <Text className="ink" style={{ ...paragraph, margin: "0 0 8px" }}>{label}</Text>
      <Text
        className="ink inset"
        style={{
          ...paragraph,
          margin: "0 0 20px",
          padding: "14px 16px",
          borderRadius: "6px",
          backgroundColor: color.inset,
          fontFamily: "SFMono-Regular, Menlo, Consolas, monospace",
          fontSize: "26px",
          lineHeight: "32px",
          letterSpacing: "6px",
          textAlign: "center",
        }}
      >
        {code}
      </Text>
    </>
  );
}

function Rows({ rows }: { rows: Extract<Block, { kind: "rows" }>["rows"] }) {
  const cell = { padding: "10px 0", fontSize: "15px", lineHeight: "22px", verticalAlign: "top" };
  return (
    <table
      className="ink"
      width="100%"
      cellPadding="0"
      cellSpacing="0"
      style={{ width: "100%", margin: "4px 0 20px", borderCollapse: "collapse" }}
    >
      <tbody>
        {rows.map(({ label, value, strong }) => (
          <tr key={label}>
            <th
              scope="row"
              className="muted line"
              style={{
                ...cell,
                paddingRight: "16px",
                borderBottom: `1px solid ${color.line}`,
                color: color.muted,
                fontWeight: 400,
                whiteSpace: "nowrap",
                textAlign: "left",
              }}
            >
              {label}
            </th>
            <td
              className="ink line"
              style={{
                ...cell,
                borderBottom: `1px solid ${color.line}`,
                color: color.ink,
                fontWeight: strong ? 700 : 400,
                textAlign: "right",
                overflowWrap: "anywhere",
              }}
            >
              {value}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Items({ items }: { items: Extract<Block, { kind: "items" }>["items"] }) {
  const cell = {
    padding: "12px 0",
    borderBottom: `1px solid ${color.line}`,
    fontSize: "15px",
    lineHeight: "22px",
    verticalAlign: "top",
  };
  return (
    <table
      className="ink"
      width="100%"
      cellPadding="0"
      cellSpacing="0"
      style={{ width: "100%", margin: "4px 0 0", borderCollapse: "collapse" }}
    >
      <tbody>
        {items.map(({ name, detail, value }, index) => (
          // By its place: an order may have two lines of one name.
          <tr key={index}>
            <td
              className="ink line"
              style={{
                ...cell,
                paddingRight: "16px",
                color: color.ink,
                textAlign: "left",
                overflowWrap: "anywhere",
              }}
            >
              {name}
              <br />
              <span className="muted" style={{ color: color.muted, fontSize: "14px" }}>
                {detail}
              </span>
            </td>
            <td
              className="ink line"
              style={{ ...cell, color: color.ink, textAlign: "right", whiteSpace: "nowrap" }}
            >
              {value}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Address({ label, lines }: Extract<Block, { kind: "address" }>) {
  return (
    <>
      <Text className="muted" style={{ ...small, margin: "0 0 4px" }}>{label}</Text>
      <Text className="ink" style={paragraph}>
        {lines.map((line, index) => (
          <Fragment key={index}>
            {index > 0 && <br />}
            {line}
          </Fragment>
        ))}
      </Text>
    </>
  );
}

/** Keeps the French "e-mail" on one line: by style, since the unbreakable hyphen lacks in some fonts. */
function unbroken(text: string) {
  const parts = text.split(/(?<![\w@.-])(e-mail)(?![\w@-])/);
  // Odd ones are what the pattern captured.
  return parts.map((part, index) =>
    index % 2 === 0 ? part : <span key={index} style={{ whiteSpace: "nowrap" }}>{part}</span>
  );
}

function anchor(url: string, text: string) {
  return (
    <a className="link" href={url} style={{ color: color.link, wordBreak: "break-word" }}>
      {text}
    </a>
  );
}
