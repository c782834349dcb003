/**
 * Examples of your own endpoints that declare `idempotent`: `task new endpoint --table` puts them here,
 * upgrades leave it alone.
 */
import type { Example } from "./examples.ts";

/** By name and method. */
export const ownExamples: Record<string, Example> = {};

/** Idempotent endpoints of your own that have no example, and why. */
export const ownWithoutExample: Record<string, string> = {};
