/**
 * Prints where Swagger UI's files are. A program of its own: Deno installs the package when it first runs
 * this, beside the build of the pages, so that the first `task start` does not wait for it.
 */
import folder from "swagger-ui-dist/absolute-path.js";

console.log(folder());
