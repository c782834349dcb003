/** A part of the product that a clone may do without: what is its own, and how the rest goes on. */

/** What belongs to a part. Paths are below the project's root, with `/`. */
export interface Part {
  /** As `task drop <name>` and `#region <name>` say it. */
  name: string;
  /**
   * Its folders and files; `*` stands for any part of one name. Nothing outside of them is deleted: what
   * else mentions the part imports from them, or stands in a region.
   */
  paths: string[];
  /** Packages that nothing else imports, by their names in supabase/import_map.json. */
  packages: string[];
  /** Members of replies of shared endpoints that are its own, as recorded in scripts/openapi/examples. */
  members: string[];
  /** What bench/results.json has measured of it, by the names of cases. */
  measured: RegExp;
  /** Which migrations are its own, by file name: of now and of later upgrades. */
  migrations: RegExp;
  /** What its migrations made and others use since: it stays. */
  kept: string[];
  /** The SQL that takes its rows away and gives shared functions back the form without it. May run twice. */
  sql: URL;
}
