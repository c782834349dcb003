/** The gates, in the order in which they are shown. */
import { boundaries } from "./boundaries.ts";
import { dependencies } from "./dependencies.ts";
import { docs } from "./docs.ts";
import { endpoints } from "./endpoints.ts";
import { licences } from "./licences.ts";
import { options } from "./options.ts";
import { pins } from "./pins.ts";
import { problems } from "./problems.ts";
import { secrets } from "./secrets.ts";
import type { Gate } from "./tree.ts";
import { workflows } from "./workflows.ts";

export const gates: Gate[] = [
  boundaries,
  endpoints,
  problems,
  docs,
  options,
  workflows,
  pins,
  dependencies,
  licences,
  secrets,
];
